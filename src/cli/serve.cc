// sumlog serve: runs the server until a signal ends it.

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/json_output.h"
#include "cli/open_config.h"
#include "cli/printable.h"
#include "cli/signal_waiter.h"
#include "cli/verb.h"
#include "ops/logging.h"
#include "ops/service_notify.h"
#include "server/server.h"

namespace sumlog::cli {
namespace {

constexpr absl::Duration kDrainDeadline = absl::Seconds(15);

struct ServeFlags {
  std::string http, grpc, admin;
  std::string log_level = "info";
  bool accept_new_anchor = false;
};

ops::LogLevel LevelOf(absl::string_view name) {
  if (name == "debug") return ops::LogLevel::kDebug;
  if (name == "warning") return ops::LogLevel::kWarning;
  if (name == "error") return ops::LogLevel::kError;
  return ops::LogLevel::kInfo;
}

// What answers where, by name: "http", "grpc", "admin".
using Listeners = std::vector<std::pair<std::string, std::string>>;

Listeners ListenersOf(const server::Server& server) {
  Listeners listeners = {{"http", server.http_address()}};
  if (!server.grpc_address().empty()) listeners.emplace_back("grpc", server.grpc_address());
  if (!server.admin_address().empty()) listeners.emplace_back("admin", server.admin_address());
  return listeners;
}

void PrintListening(Context& context, const Listeners& listeners) {
  if (context.json) {
    Json json = Json::object();
    for (const auto& [name, address] : listeners) json[name] = address;
    *context.out << Json{{"listening", json}}.dump() << "\n" << std::flush;
    return;
  }
  *context.out << "listening";
  for (const auto& [name, address] : listeners) {
    *context.out << " " << name << "=" << Printable(address);
  }
  *context.out << "\n" << std::flush;
}

void Notify(const Context& context, ops::Logger& logger, absl::string_view state) {
  const auto socket = context.environment.find("NOTIFY_SOCKET");
  if (socket == context.environment.end()) return;
  const absl::Status status = ops::NotifyServiceManager(socket->second, state);
  if (!status.ok()) logger.Warning("notify failed", {{"error", std::string(status.message())}});
}

// What a SIGHUP brings up to date.
void Reload(const Context& context, const ConfigFlags& settings, server::Server& server,
            ops::Logger& logger) {
  const absl::StatusOr<ops::Config> config = OpenServedConfig(context, settings);
  const absl::Status status = config.ok() ? server.Reload(*config) : config.status();
  if (!status.ok()) {
    logger.Error("reload failed; everything stays as it was",
                 {{"error", std::string(status.message())}});
    return;
  }
  logger.Info(
      "reload",
      {{"reread", absl::StrCat(config->client_certs.size(), " [[client_cert]]; ",
                               config->listen_tls_cert.empty() ? "TLS is off"
                                                               : "the content of the TLS files")},
       {"not_reread", "all else in sumlog.toml, flags, environment, signing key: restart"}});
}

// Runs until a signal ends it, then drains.
void RunUntilSignal(Context& context, const ConfigFlags& settings, SignalWaiter& signals,
                    server::Server& server, ops::Logger& logger) {
  Notify(context, logger, "READY=1");
  int number = signals.Wait();
  while (number == SIGHUP) {
    Reload(context, settings, server, logger);
    number = signals.Wait();
  }
  logger.Info("stopping", {{"signal", number == SIGTERM ? "SIGTERM" : "SIGINT"}});
  Notify(context, logger, "STOPPING=1");
  server.Drain(kDrainDeadline);
  logger.Info("stopped");
}

void LogServing(server::Server& server, const ops::Config& config, ops::Logger& logger) {
  const auto or_off = [](const std::string& address) { return address.empty() ? "off" : address; };
  const log::OriginLog* const log = server.origin_log();
  logger.Info(
      "serving",
      {{"log", log == nullptr ? "mirrors alone" : config.log_name},
       {"http", server.http_address()},
       {"grpc", or_off(server.grpc_address())},
       {"admin", or_off(server.admin_address())},
       {"tls", config.listen_tls_cert.empty() ? "off" : "on"},
       {"records", log == nullptr ? "as each mirror says"
                                  : absl::StrCat(log->reader().Newest()->signed_head.head.size)}});
}

void RunServe(Context& context, const ServeFlags& flags) {
  SignalWaiter signals;  // before any thread starts
  ConfigFlags settings;
  if (!flags.http.empty()) settings["listen.http"] = flags.http;
  if (!flags.grpc.empty()) settings["listen.grpc"] = flags.grpc;
  if (!flags.admin.empty()) settings["listen.admin"] = flags.admin;
  const absl::StatusOr<ops::Config> config = OpenServedConfig(context, settings);
  if (!config.ok()) return Fail(context, "serve", config.status());

  const std::unique_ptr<ops::Logger> logger = ops::Logger::ToStream(
      context.err, {.json = !context.err_is_terminal, .level = LevelOf(flags.log_level)});
  const absl::StatusOr<std::unique_ptr<server::Server>> server = server::Server::Start(
      *config, {.bulk = false, .accept_new_anchor = flags.accept_new_anchor}, logger.get());
  if (absl::IsNotFound(server.status())) {
    return Fail(context, "serve", server.status(), kUnreachable);
  }
  if (!server.ok()) return Fail(context, "serve", server.status());

  LogServing(**server, *config, *logger);
  PrintListening(context, ListenersOf(**server));
  RunUntilSignal(context, settings, signals, **server, *logger);
}

}  // namespace

void AddServe(CLI::App& program, Context& context) {
  CLI::App* verb = program.add_subcommand("serve", "serve the log in --dir to `go`");
  // Shared: the callback, which outlives this call, owns the flags.
  const auto flags = std::make_shared<ServeFlags>();
  verb->add_option("--http", flags->http, "where to listen; port 0 takes any free one")
      ->type_name("HOST:PORT");
  verb->add_option("--grpc", flags->grpc, "gRPC for readers: HOST:PORT, unix:PATH or off (off)")
      ->type_name("ADDRESS");
  verb->add_option("--admin", flags->admin,
                   "gRPC for administration, the same (unix:DIR/admin.sock); HOST:PORT needs TLS")
      ->type_name("ADDRESS");
  verb->add_flag("--accept-new-anchor", flags->accept_new_anchor,
                 "make a lost anchor anew, if no client can have seen a newer head");
  verb->add_option("--log-level", flags->log_level, "debug, info, warning or error (info)")
      ->type_name("LEVEL")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}).description(""));
  verb->footer(
      "prints \"listening http=HOST:PORT ...\" once it answers. SIGTERM drains, SIGHUP\n"
      "re-reads the TLS files and [[client_cert]].\n"
      "example: sumlog serve --dir /var/lib/sumlog --http 127.0.0.1:8080");
  verb->callback([flags, &context] { RunServe(context, *flags); });
}

}  // namespace sumlog::cli
