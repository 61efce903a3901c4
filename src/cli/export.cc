// export static: a log, or the mirror of one, as files that any web server, or a file:// URL, can
// give to go.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "cli/chosen_log.h"
#include "cli/json_output.h"
#include "cli/open_config.h"
#include "cli/printable.h"
#include "cli/progress.h"
#include "cli/proof_format.h"
#include "cli/verb.h"
#include "cli/verifier_key.h"
#include "log/block_list.h"
#include "mirror/static_tree.h"
#include "server/mirror_directory.h"

namespace sumlog::cli {
namespace {

struct Exported {
  mirror::StaticTreeReport tree;
  tlog::VerifierKey key;
  tlog::SignedTreeHead head;
};

// The tree has a folder of the log's name; what no host is called might lead elsewhere.
absl::Status CheckFolderName(const std::string& name) {
  ASSIGN_OR_RETURN(const std::string file_name, server::MirrorFileName(name));
  if (file_name == name) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("a log named \"", name, "\" cannot be a folder of its name"));
}

absl::StatusOr<Exported> Export(Context& context, const ops::Config& config,
                                const std::string& name, const std::string& folder) {
  ASSIGN_OR_RETURN(const ChosenLog source, ChooseLog(config, name));
  RETURN_IF_ERROR(CheckFolderName(source.name()));
  const std::unique_ptr<storage::LogStore>& store = source.store;
  ASSIGN_OR_RETURN(const tlog::SignedTreeHead head, OpenHeadOf(source.key, source.head.note));
  ASSIGN_OR_RETURN(const std::unique_ptr<log::BlockList> blocks, log::BlockList::Load(store.get()));
  Progress progress(context, "export");
  absl::StatusOr<mirror::StaticTreeReport> tree = mirror::WriteStaticTree(
      {.store = store.get(),
       .head = source.head,
       .log_name = source.name(),
       .folder = folder,
       .is_blocked =
           [&blocks](absl::string_view module) { return blocks->Find(module).has_value(); },
       .watch =
           [&progress, &head](std::uint64_t records) {
             progress.Update({.done = records, .total = head.head.size});
             return absl::OkStatus();
           }});
  if (absl::IsAlreadyExists(tree.status())) {
    return WithFix(tree.status(), "name another folder, and let the web server point to that");
  }
  RETURN_IF_ERROR(tree.status());
  return Exported{.tree = *std::move(tree), .key = source.key, .head = head};
}

void Print(Context& context, const Exported& exported) {
  if (context.json) {
    PrintJson(context, {{"path", exported.tree.path},
                        {"head", HeadToJson(exported.head)},
                        {"lookups", exported.tree.lookups},
                        {"blocked", exported.tree.blocked},
                        {"tiles", exported.tree.tiles}});
    return;
  }
  *context.out << "exported: " << Printable(exported.tree.path) << ", tree "
               << FormatCount(exported.head.head.size) << "\n";
  if (context.quiet) return;
  *context.err << "lookups " << FormatCount(exported.tree.lookups) << ", tiles "
               << FormatCount(exported.tree.tiles);
  if (exported.tree.blocked > 0) {
    *context.err << ", left out because they are blocked " << FormatCount(exported.tree.blocked);
  }
  *context.err << "\nwithout a server:\n  GOSUMDB=\"" << exported.key.ToString() << " file://"
               << Printable(exported.tree.path) << "\"\n";
}

void RunExport(Context& context, const std::string& name, const std::string& folder) {
  const absl::StatusOr<ops::Config> config = OpenConfig(context);
  if (!config.ok()) return Fail(context, "export a log", config.status());
  const absl::StatusOr<Exported> exported =
      Export(context, *config, name, std::filesystem::absolute(folder).lexically_normal().string());
  if (!exported.ok()) {
    return Fail(context, "export " + config->dir, exported.status(),
                ExitCodeOfMissing(exported.status()));
  }
  Print(context, *exported);
}

}  // namespace

void AddExport(CLI::App& program, Context& context) {
  CLI::App* verb = program.add_subcommand("export", "write a log as files for any web server");
  verb->require_subcommand(1);
  verb->footer("example: sumlog export static /srv/www --dir /var/lib/sumlog");
  CLI::App* noun = verb->add_subcommand("static", "a tree that go reads by http(s):// or file://");
  const auto folder = std::make_shared<std::string>();  // shared with the callback
  noun->add_option("DIR", *folder, "the tree becomes DIR/sumdb/<name>, which must not be there")
      ->required();
  const auto name = std::make_shared<std::string>();
  AddLogFlag(*noun, *name);
  noun->footer(
      "Reads only; a running server may go on. The tree has the newest head and does not follow: "
      "export again, elsewhere. Blocked versions have no lookup in it.\n"
      "example: sumlog export static /srv/www --dir /var/lib/sumlog");
  noun->callback([&context, name, folder] { RunExport(context, *name, *folder); });
  verb->group(
      "name what is broken; copy, restore; write as files");  // one row with fsck and backup
}

}  // namespace sumlog::cli
