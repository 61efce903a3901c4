// The root of the command line: global flags, the table of verbs, and what is said of a command
// line that is wrong.

#include <CLI/CLI.hpp>
#include <exception>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/mirror.h"
#include "cli/parse_error.h"
#include "cli/printable.h"
#include "cli/usage.h"
#include "cli/verb.h"
#include "cli/version.h"
#include "ops/config.h"

namespace sumlog::cli {
namespace {

void AddGlobalFlags(CLI::App& program, Context& context) {
  program.add_option("--dir", context.dir, "data directory (SUMLOG_DIR)")->type_name("D");
  program.add_option("--config", context.config, "configuration file (SUMLOG_CONFIG)")
      ->type_name("F");
  program.add_flag("--json", context.json, "print JSON");
  program.add_flag("--quiet", context.quiet, "print results and errors only");
  program.add_flag("--no-color", context.no_color, "no colours (NO_COLOR)");
  program.set_version_flag("--version", absl::StrCat("sumlog ", Version()));
}

void AddVerbs(CLI::App& program, Context& context) {
  AddQuickstart(program, context);
  AddInit(program, context);
  AddServe(program, context);
  AddImport(program, context);
  AddAdd(program, context);
  AddMirror(program, context);
  AddBundle(program, context);
  AddLookup(program, context);
  AddProve(program, context);
  AddKeys(program, context);
  AddClientConfig(program, context);
  AddStatus(program, context);
  AddFsck(program, context);
  AddBackup(program, context);
  AddExport(program, context);
  AddFreeze(program, context);
  AddThaw(program, context);
  AddBlock(program, context);
  AddUnblock(program, context);
  AddBlocks(program, context);
  AddConflicts(program, context);
  AddToken(program, context);
  AddVersion(program, context);
}

std::string Variable(const Context& context, const std::string& name) {
  const auto variable = context.environment.find(name);
  return variable == context.environment.end() ? "" : variable->second;
}

// The verb (or the noun under it) that the command line had got to.
const CLI::App& InnermostVerb(const CLI::App& program) {
  const CLI::App* app = &program;
  while (!app->get_subcommands().empty()) app = app->get_subcommands().back();
  return *app;
}

// "sumlog prove inclusion".
std::string FullName(const CLI::App& app) {
  if (app.get_parent() == nullptr) return app.get_name();
  return absl::StrCat(FullName(*app.get_parent()), " ", app.get_name());
}

std::vector<std::string> FlagsOf(const CLI::App& verb) {
  std::vector<std::string> flags;
  for (const CLI::App* app = &verb; app != nullptr; app = app->get_parent()) {
    for (const CLI::Option* option : app->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        flags.push_back(absl::StrCat("--", name));
      }
    }
  }
  return flags;
}

std::vector<std::string> SubcommandsOf(const CLI::App& verb) {
  std::vector<std::string> names;
  for (const CLI::App* sub : verb.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(sub->get_name());
  }
  return names;
}

// What to say about the first argument that nobody takes.
std::string DescribeExtra(const CLI::App& verb, const std::string& argument) {
  const auto unknown = [](absl::string_view kind, const std::string& name,
                          const std::vector<std::string>& known) {
    const std::string nearest = ops::NearestName(name, known);
    return absl::StrCat("unknown ", kind, " ", name,
                        nearest.empty() ? "" : absl::StrCat("; did you mean ", nearest, "?"));
  };
  if (absl::StartsWith(argument, "-")) {
    return unknown("flag", argument.substr(0, argument.find('=')), FlagsOf(verb));
  }
  const std::vector<std::string> names = SubcommandsOf(verb);
  if (!names.empty())
    return unknown(verb.get_parent() == nullptr ? "verb" : "noun", argument, names);
  return absl::StrCat("unexpected argument ", argument);
}

void FailUsage(Context& context, const CLI::App& program, const std::string& why) {
  const std::string name = FullName(InnermostVerb(program));
  Fail(context, absl::StrCat("run ", name),
       absl::InvalidArgumentError(absl::StrCat(why, "\nfix: ", name, " --help")));
}

void HandleParseError(Context& context, const CLI::App& program, const CLI::ParseError& error) {
  if (dynamic_cast<const CLI::CallForHelp*>(&error) != nullptr) {
    *context.out << program.help();
  } else if (dynamic_cast<const CLI::CallForVersion*>(&error) != nullptr) {
    *context.out << error.what() << "\n";
  } else if (const std::vector<std::string> extras = program.remaining(/*recurse=*/true);
             !extras.empty()) {
    FailUsage(context, program, DescribeExtra(InnermostVerb(program), extras.front()));
  } else {
    FailUsage(context, program, DescribeParseError(InnermostVerb(program), error));
  }
}

}  // namespace

int RunProgram(int argc, const char* const* argv, Context& context) {
  context.dir = Variable(context, "SUMLOG_DIR");
  context.config = Variable(context, "SUMLOG_CONFIG");
  context.no_color = !Variable(context, "NO_COLOR").empty();

  CLI::App program("a Go checksum database with a transparent log", "sumlog");
  program.formatter(NewUsageFormatter());
  program.fallthrough();             // global flags may follow the verb; inherited by the verbs
  program.require_subcommand(0, 1);  // so that a file named "status" is not taken for a verb
  program.footer("example: sumlog quickstart");
  AddGlobalFlags(program, context);
  AddVerbs(program, context);

  try {
    if (const std::string flag = FlagWithoutValue(argc, argv); !flag.empty()) {
      FailUsage(context, program, absl::StrCat(flag, "= has no value"));
      return context.exit_code;
    }
    program.parse(argc, argv);
    if (program.get_subcommands().empty()) {
      FailUsage(context, program, "no verb is given");
    }
  } catch (const CLI::ParseError& error) {
    HandleParseError(context, program, error);
  } catch (const std::exception& error) {
    // Memory or the standard library: third parties' own exceptions are caught where they are used.
    Fail(context, "go on", absl::InternalError(error.what()));
  }
  return context.exit_code;
}

}  // namespace sumlog::cli
