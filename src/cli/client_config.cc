// client-config: the lines that point go at a log, for each place where they are kept.

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "cli/json_output.h"
#include "cli/open_config.h"
#include "cli/public_url.h"
#include "cli/verb.h"
#include "ops/address.h"
#include "server/log_directory.h"
#include "sumlog/tlog/note.h"

namespace sumlog::cli {
namespace {

struct ClientConfigFlags {
  std::string key, server;
  std::string place = "shell";
  std::string route = "url";
};

// What a client needs to know of the log.
struct Target {
  std::string key;  // verifier key
  std::string url;  // without a slash at the end; may be empty when a GOPROXY carries the log
  bool url_is_guessed = false;  // from where the server is configured to listen
};

// What is printed is pasted into shells and files.
absl::StatusOr<std::string> CheckKey(absl::string_view text) {
  ASSIGN_OR_RETURN(const tlog::VerifierKey key, tlog::VerifierKey::Parse(text));
  if (!IsPlain(text)) {
    return absl::InvalidArgumentError("the key's name has characters that shells interpret");
  }
  return key.ToString();
}

// Where the server listens is where clients reach it only when it names one place.
absl::StatusOr<std::string> UrlOf(const ops::Config& config) {
  if (!config.listen_url.empty()) return ParsePublicUrl(config.listen_url);
  ASSIGN_OR_RETURN(const ops::Address address, ops::ParseAddress(config.listen_http));
  if (address.port == 0 || address.host == "0.0.0.0" || address.host == "::") {
    return absl::InvalidArgumentError(
        absl::StrCat("listen.http is ", config.listen_http,
                     ", which does not say how clients reach it\nfix: give --server URL, or set "
                     "[listen] url in sumlog.toml"));
  }
  const bool is_tls = !config.listen_tls_cert.empty();
  return absl::StrCat(is_tls ? "https://" : "http://", ops::FormatAddress(address));
}

bool IsLoopback(absl::string_view url) {
  if (!absl::ConsumePrefix(&url, "http://")) absl::ConsumePrefix(&url, "https://");
  return absl::StartsWith(url, "127.") || absl::StartsWith(url, "localhost") ||
         absl::StartsWith(url, "[::1]");
}

absl::StatusOr<Target> FindTarget(const Context& context, const ClientConfigFlags& flags) {
  Target target;
  if (!flags.server.empty()) {
    ASSIGN_OR_RETURN(target.url, ParsePublicUrl(flags.server));
  }
  if (!flags.key.empty()) {
    ASSIGN_OR_RETURN(target.key, CheckKey(flags.key));
    if (target.url.empty() && flags.route == "url") {
      return absl::InvalidArgumentError("--key without --server\nfix: give --server URL");
    }
    return target;
  }
  ASSIGN_OR_RETURN(const ops::Config config, OpenLogConfig(context));
  ASSIGN_OR_RETURN(const tlog::Signer signer, server::LoadSigner(config));
  target.key = signer.verifier().ToString();
  if (target.url.empty()) {
    ASSIGN_OR_RETURN(target.url, UrlOf(config));
    target.url_is_guessed = config.listen_url.empty();
  }
  return target;
}

struct Setting {
  std::string name, value;
};

// `rest` is what follows us in GOPROXY.
std::vector<Setting> Settings(const Target& target, const std::string& route,
                              absl::string_view rest) {
  if (route == "url") {
    return {{"GOSUMDB", absl::StrCat(target.key, " ", target.url)}, {"GONOSUMDB", "none"}};
  }
  std::vector<Setting> settings = {{"GOSUMDB", target.key}, {"GONOSUMDB", "none"}};
  if (!target.url.empty()) settings.push_back({"GOPROXY", absl::StrCat(target.url, ",", rest)});
  return settings;
}

std::string Lines(const std::vector<Setting>& settings, const std::string& place) {
  std::string lines;
  if (place == "github") lines = "env:\n";
  if (place == "gitlab") lines = "variables:\n";
  for (const Setting& setting : settings) {
    const std::string quoted = absl::StrCat("\"", setting.value, "\"");
    if (place == "shell") absl::StrAppend(&lines, "export ", setting.name, "=", quoted, "\n");
    if (place == "docker") absl::StrAppend(&lines, "ENV ", setting.name, "=", quoted, "\n");
    if (place == "goenv") {
      absl::StrAppend(&lines, "go env -w ", setting.name, "=", quoted, "\n");
    }
    if (place == "github" || place == "gitlab") {
      absl::StrAppend(&lines, "  ", setting.name, ": ", quoted, "\n");
    }
  }
  return lines;
}

// Said with --quiet and --json too: the lines are wrong for most who read them.
void WarnOfGuessedUrl(Context& context, const Target& target) {
  if (!target.url_is_guessed) return;
  *context.out << std::flush;
  *context.err << "warning: " << target.url << " is only where the configuration lets it listen"
               << (IsLoopback(target.url) ? ", reached from this machine alone" : "")
               << "\nfix   name what clients reach: --server URL, for good [listen] url (init "
                  "--url)\n";
}

void PrintNotes(Context& context, const std::string& route) {
  if (context.quiet) return;
  std::ostream& err = *context.err;
  err << "note  GOPRIVATE is also the default of GONOSUMDB: modules that it matches would never "
         "be\n"
         "      looked up, silently. GONOSUMDB=none keeps them checked; an empty value does not.\n"
         "      go takes one checksum database: this log must hold the public modules too, and\n"
         "      golang.org/toolchain for each Go version that go.mod files make go download.\n";
  if (route == "url") {
    err << "      With a URL, go asks it straight, past every GOPROXY.\n";
  } else {
    err << "      Without a URL, go asks each GOPROXY for /sumdb/<name>/supported and stays with\n"
           "      the first that says yes: name this log there, or a proxy that hands /sumdb/ on.\n"
           "      404 and 410 go on to the next; any other answer is an error.\n";
  }
}

void ClientConfig(Context& context, const ClientConfigFlags& flags) {
  const absl::StatusOr<Target> target = FindTarget(context, flags);
  if (absl::IsNotFound(target.status())) {
    return Fail(context, "say how clients reach the log", target.status(), kUnreachable);
  }
  if (!target.ok()) return Fail(context, "say how clients reach the log", target.status());

  // A shell can ask go for what is set now; files cannot, and get go's own default.
  const bool is_shell = flags.place == "shell" || flags.place == "goenv";
  const std::vector<Setting> settings =
      Settings(*target, flags.route,
               is_shell && !context.json ? "$(go env GOPROXY)" : "https://proxy.golang.org,direct");
  if (context.json) {
    Json json = Json::object();
    for (const Setting& setting : settings) json[setting.name] = setting.value;
    PrintJson(context, json);
    return WarnOfGuessedUrl(context, *target);
  }
  *context.out << Lines(settings, flags.place);
  WarnOfGuessedUrl(context, *target);
  PrintNotes(context, flags.route);
}

}  // namespace

void AddClientConfig(CLI::App& program, Context& context) {
  CLI::App* verb =
      program.add_subcommand("client-config", "print the lines that point go at the log");
  auto flags = std::make_shared<ClientConfigFlags>();  // shared with the callback, which runs later
  verb->add_option("--server", flags->server, "where clients reach the log")->type_name("URL");
  verb->add_option("--key", flags->key, "its verifier key, when there is no --dir")
      ->type_name("KEY");
  verb->add_option("--for", flags->place, "shell, goenv, docker, github or gitlab (shell)")
      ->type_name("PLACE")
      ->check(CLI::IsMember({"shell", "goenv", "docker", "github", "gitlab"}).description(""));
  verb->add_option("--route", flags->route, "url: straight to it; proxy: through GOPROXY (url)")
      ->type_name("ROUTE")
      ->check(CLI::IsMember({"url", "proxy"}).description(""));
  verb->footer("example: sumlog client-config --dir D --server https://sum.corp.example.com");
  verb->callback([&context, flags] { ClientConfig(context, *flags); });
}

}  // namespace sumlog::cli
