// quickstart: a throw-away log that is made, filled, started and checked in one go.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "cli/json_output.h"
#include "cli/open_config.h"
#include "cli/printable.h"
#include "cli/signal_waiter.h"
#include "cli/verb.h"
#include "cli/version.h"
#include "client/http_fetcher.h"
#include "ops/address.h"
#include "server/new_log.h"
#include "server/server.h"
#include "sumlog/client/sumdb_client.h"
#include "sumlog/gosum/go_sum_file.h"

namespace sumlog::cli {
namespace {

constexpr char kLogName[] = "localhost";
constexpr char kDefaultDir[] = "./sumlog-data";
constexpr char kDefaultHttp[] = "127.0.0.1:8080";
constexpr std::size_t kMaxFileBytes = std::size_t{64} << 20;
constexpr std::size_t kRecordsPerRequest = 10'000;
constexpr absl::Duration kDrainDeadline = absl::Seconds(10);

struct QuickstartFlags {
  std::string http = kDefaultHttp;
  std::vector<std::string> files;
};

struct SumFile {
  std::string path;
  gosum::GoSumFile content;
};

void Tick(const Context& context, absl::string_view what, absl::string_view detail) {
  if (context.quiet) return;
  std::string name(what);
  name.resize(16, ' ');
  *context.err << "  ✓ " << name << detail << "\n" << std::flush;
}

// " text" of "text", and "7: text" of "line 7: text": errors name a line as import does, FILE:7.
std::string AfterFileName(absl::string_view message) {
  return absl::ConsumePrefix(&message, "line ") ? std::string(message) : absl::StrCat(" ", message);
}

// All files before anything is made, so that a wrong one leaves nothing behind. kAborted: one that
// contradicts itself.
absl::StatusOr<std::vector<SumFile>> ReadFiles(const std::vector<std::string>& paths) {
  std::vector<SumFile> files;
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(const std::string content, ReadFile(path, kMaxFileBytes));
    absl::StatusOr<gosum::GoSumFile> parsed = gosum::ParseGoSumFile(content);
    if (!parsed.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ":", AfterFileName(parsed.status().message())));
    }
    if (!parsed->conflicts.empty()) {
      const gosum::GoSumConflict& conflict = parsed->conflicts.front();
      return absl::AbortedError(absl::StrCat(path, ": lines ", conflict.first_line, " and ",
                                             conflict.second_line, " have different hashes for ",
                                             conflict.module.ToString()));
    }
    files.push_back({.path = path, .content = *std::move(parsed)});
  }
  return files;
}

bool HoldsLog(const ops::Config& config) {
  std::error_code ignored;
  return !config.log_name.empty() && std::filesystem::exists(config.log_key_file, ignored) &&
         !server::IsUnfinished(config.dir);
}

// Whatever is added to a log on a file's word stays in it for ever, and its clients are real.
absl::Status CheckThrowAway(const Context& context) {
  ASSIGN_OR_RETURN(const ops::Config config, OpenConfig(context));
  if (!HoldsLog(config) || config.log_name == kLogName) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      config.dir, " holds the log ", config.log_name, "; nothing was changed",
      "\nwhy: quickstart is for throw-away logs, which are named ", kLogName,
      "\nfix: sumlog serve --dir ", config.dir, "; for a throw-away log give another --dir"));
}

// The configuration of the log in the directory, which is made when it holds none.
absl::StatusOr<ops::Config> OpenOrMakeLog(Context& context, const QuickstartFlags& flags) {
  const ConfigFlags settings = {{"listen.http", flags.http}};
  ASSIGN_OR_RETURN(ops::Config config, OpenConfig(context, settings));
  if (HoldsLog(config)) {
    Tick(context, "log found", absl::StrCat(config.log_name, ", made before"));
    return config;
  }
  ASSIGN_OR_RETURN(const server::MadeLog made,
                   server::CreateLog({.dir = context.dir,
                                      .name = config.log_name.empty() ? kLogName : config.log_name,
                                      .settings = settings,
                                      .environment = context.environment}));
  Tick(context, "key made",
       absl::StrCat(made.key.name(), "+", absl::Hex(made.key.key_hash(), absl::kZeroPad8)));
  return made.config;
}

absl::StatusOr<std::unique_ptr<server::Server>> StartServer(const ops::Config& config) {
  absl::StatusOr<std::unique_ptr<server::Server>> server = server::Server::Start(config, {});
  if (absl::IsFailedPrecondition(server.status()) &&
      absl::StartsWith(server.status().message(), "cannot listen on ")) {
    return WithFix(server.status(), "take any free port with --http 127.0.0.1:0");
  }
  return server;
}

// Adds what is new. kAborted: a record that contradicts the log.
absl::Status AddRecords(Context& context, log::Sequencer& sequencer, const SumFile& file) {
  const std::vector<gosum::Record>& records = file.content.records;
  std::size_t appended = 0;
  for (std::size_t first = 0; first < records.size(); first += kRecordsPerRequest) {
    const auto begin = records.begin() + static_cast<std::ptrdiff_t>(first);
    const std::size_t count = std::min(kRecordsPerRequest, records.size() - first);
    log::AddRequest request;
    request.records.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
    request.provenance = {.how = "import", .from = file.path, .when = context.clock->Now()};
    ASSIGN_OR_RETURN(const log::AddAnswer answer, sequencer.AddAndWait(std::move(request)));
    for (std::size_t i = 0; i < count; ++i) {
      if (answer.results[i].outcome == log::AddResult::Outcome::kConflict) {
        return absl::AbortedError(absl::StrCat(
            file.path, ": the log holds other hashes for ", records[first + i].module.ToString(),
            ", as record ", answer.results[i].number, "\nfix: give another --dir"));
      }
      if (answer.results[i].outcome == log::AddResult::Outcome::kAppended) ++appended;
    }
  }
  Tick(context, "records taken",
       absl::StrCat(FormatCount(appended), " new of ", FormatCount(records.size()), " in ",
                    Printable(file.path), ", on its word; ",
                    FormatCount(file.content.incomplete.size()), " incomplete left out"));
  return absl::OkStatus();
}

// A module version that the log holds, to show and to check with; none when the log is empty.
absl::StatusOr<std::optional<gosum::ModuleVersion>> Example(const log::LogReader& reader,
                                                            const std::vector<SumFile>& files) {
  for (const SumFile& file : files) {
    if (!file.content.records.empty()) return file.content.records.front().module;
  }
  if (reader.Newest()->signed_head.head.size == 0) return std::nullopt;
  ASSIGN_OR_RETURN(const std::string text, reader.store().Record(0));
  ASSIGN_OR_RETURN(const gosum::Record record, gosum::ParseRecordText(text));
  return record.module;
}

// Asks the running server as a client would, and verifies its answer.
absl::Status CheckItself(Context& context, const std::string& url, const tlog::VerifierKey& key,
                         const std::optional<gosum::ModuleVersion>& example) {
  client::HttpFetcherOptions options;
  options.base_url = url;
  options.use_proxy = false;
  ASSIGN_OR_RETURN(const std::unique_ptr<client::Fetcher> fetcher, client::NewHttpFetcher(options));
  const std::unique_ptr<client::SumdbClient> client =
      client::SumdbClient::Create({.key = key, .fetcher = fetcher.get()});
  if (!example.has_value()) {
    ASSIGN_OR_RETURN(const tlog::SignedTreeHead head, client->Latest());
    Tick(context, "self-check", absl::StrCat("signed head of ", head.head.size, " records"));
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const client::VerifiedRecord record, client->Lookup(*example));
  Tick(context, "self-check",
       absl::StrCat(example->ToString(), " → record ", record.number, " → proof of ",
                    record.path.size(), " hashes → verified"));
  return absl::OkStatus();
}

void PrintNext(Context& context, const std::string& url, const tlog::VerifierKey& key,
               const std::optional<gosum::ModuleVersion>& example) {
  if (context.quiet) return;
  std::ostream& err = *context.err;
  err << "\ntry it, in another terminal:\n"
      << "  export GOSUMDB=\"" << key.ToString() << " " << url << "\" GONOSUMDB=none\n";
  if (example.has_value()) {
    err << "  go mod download " << example->ToString() << "\n"
        << "  curl " << url << "/lookup/" << gosum::EscapeModuleVersion(*example).value_or("")
        << "\n";
  } else {
    err << "  curl " << url << "/latest\n"
        << "the log is empty:  stop it, and give go.sum files: sumlog quickstart go.sum\n";
  }
  err << "client-config cannot know this address: sumlog client-config --dir "
      << Printable(context.dir) << " --server " << url << "\n"
      << "for keeps:  sumlog init --help    (--url is how clients on other machines reach it)\n"
      << "Ctrl-C stops; the log stays in " << Printable(context.dir) << "\n\n"
      << std::flush;
}

// Where a client on this machine reaches what listens on `config`'s address.
std::string LocalUrl(const ops::Config& config, const std::string& http_address) {
  ops::Address address = *ops::ParseAddress(http_address);
  if (address.host == "0.0.0.0") address.host = "127.0.0.1";
  if (address.host == "::") address.host = "::1";
  return absl::StrCat(config.listen_tls_cert.empty() ? "http://" : "https://",
                      ops::FormatAddress(address));
}

absl::Status Run(Context& context, const QuickstartFlags& flags, SignalWaiter& signals) {
  ASSIGN_OR_RETURN(const std::vector<SumFile> files, ReadFiles(flags.files));
  RETURN_IF_ERROR(CheckThrowAway(context));
  if (!context.quiet) {
    *context.err << "sumlog " << Version() << "   a throw-away log in " << Printable(context.dir)
                 << "\n";
  }
  ASSIGN_OR_RETURN(const ops::Config config, OpenOrMakeLog(context, flags));
  ASSIGN_OR_RETURN(const tlog::Signer signer, server::LoadSigner(config));
  ASSIGN_OR_RETURN(const std::unique_ptr<server::Server> server, StartServer(config));
  for (const SumFile& file : files) {
    RETURN_IF_ERROR(AddRecords(context, server->origin_log()->sequencer(), file));
  }
  const std::string url = LocalUrl(config, server->http_address());
  ASSIGN_OR_RETURN(const std::optional<gosum::ModuleVersion> example,
                   Example(server->origin_log()->reader(), files));
  RETURN_IF_ERROR(CheckItself(context, url, signer.verifier(), example));
  Tick(context, "listening", url);
  PrintNext(context, url, signer.verifier(), example);
  if (context.json) {
    *context.out << Json{{"listening", {{"http", server->http_address()}}}}.dump() << "\n";
  } else {
    *context.out << "listening http=" << server->http_address() << "\n";
  }
  *context.out << std::flush;
  while (signals.Wait() == SIGHUP) {
  }
  server->Drain(kDrainDeadline);
  return absl::OkStatus();
}

}  // namespace

void AddQuickstart(CLI::App& program, Context& context) {
  CLI::App* verb =
      program.add_subcommand("quickstart", "make, start and check a throw-away log on loopback");
  auto flags = std::make_shared<QuickstartFlags>();  // shared with the callback, which runs later
  verb->add_option("--http", flags->http, "where to listen (127.0.0.1:8080)")
      ->type_name("HOST:PORT");
  verb->add_option("FILE", flags->files, "go.sum files whose records the log should hold");
  verb->footer(
      "The log lies in --dir, or in ./sumlog-data; a second start goes on with it.\n"
      "example: sumlog quickstart go.sum");
  verb->callback([&context, flags] {
    if (context.dir.empty()) context.dir = kDefaultDir;
    SignalWaiter signals;
    const absl::Status status = Run(context, *flags, signals);
    if (absl::IsAborted(status)) {  // hashes that contradict the log or each other
      Fail(context, "start a throw-away log", status, kFoundWrong);
    } else if (absl::IsNotFound(status)) {
      Fail(context, "start a throw-away log", status, kUnreachable);
    } else if (!status.ok()) {
      Fail(context, "start a throw-away log", status);
    }
  });
}

}  // namespace sumlog::cli
