// The configuration: one table of keys makes the file's syntax, environment names, help and checks.
//
// Precedence: flag > environment SUMLOG_<SECTION>_<KEY> > file > default. An unknown key, in the
// file or in the environment, is an error that names the nearest right one. Relative paths are
// relative to the data directory; those of flags to the working directory, as a shell means them.
//
// Pure apart from reading the file that it is told to read. Safe from any thread.

#ifndef SUMLOG_OPS_CONFIG_H_
#define SUMLOG_OPS_CONFIG_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ops/client_cert_config.h"
#include "ops/mirror_config.h"
#include "ops/nearest_name.h"

namespace sumlog::ops {

struct Config {
  std::string dir;   // the data directory, absolute
  std::string file;  // that was read, as it was named or absolute; empty: there was none

  // [log]
  std::string log_name;      // a bare host name; empty: this directory has no origin log
  std::string log_key_file;  // absolute; default <dir>/keys/<name>.key
  std::string log_anchor;    // absolute path of the anchor file; default <dir>/anchor/<name>
  std::string log_contact;   // shown to developers in error texts
  absl::Duration log_head_interval = absl::Seconds(1);

  // [listen]
  std::string listen_http = "127.0.0.1:8080";  // HOST:PORT, "[::1]:8080", ":8080"
  std::string listen_grpc = "off";  // readers: HOST:PORT, "unix:PATH" with an absolute path, "off"
  std::string listen_admin;         // administration: the same; default unix:<dir>/admin.sock
  std::string listen_tls_cert, listen_tls_key;  // both or none; absolute; for HTTP and gRPC
  std::string listen_client_ca;                 // absolute; who signs client certificates
  std::string listen_url;                       // how clients reach us, for client-config

  // [backup]
  std::string backup_dir;  // where backups are made, a folder each; absolute; default <dir>/backup

  // [policy]
  std::string policy_private;  // comma-separated, in the form of GOPRIVATE: module paths that are
                               // never asked of a log that is not ours

  // [limits]
  std::int64_t limits_connections = 4096;
  std::int64_t limits_header_bytes = 16 * 1024;
  absl::Duration limits_header_timeout = absl::Seconds(10);
  absl::Duration limits_idle_timeout = absl::Seconds(75);
  absl::Duration limits_write_timeout = absl::Seconds(30);
  std::int64_t limits_cache_bytes = 64 << 20;  // RocksDB's block cache
  std::int64_t limits_evidence_bytes = 1 << 30;
  std::int64_t limits_http_threads = 2;

  // [[client_cert]], of the file alone
  std::vector<ClientCertConfig> client_certs;

  // [[mirror]], of the file alone
  std::vector<MirrorConfig> mirrors;
};

// One key of the table.
struct ConfigKey {
  std::string name;           // "listen.http": section and key
  std::string environment;    // "SUMLOG_LISTEN_HTTP"
  std::string default_value;  // as it would stand in the file
  std::string help;           // one line
};

// Every key, in the order of the file.
const std::vector<ConfigKey>& ConfigKeys();

struct ConfigSources {
  std::string dir;   // --dir; made absolute
  std::string file;  // --config; empty: <dir>/sumlog.toml, which may be missing
  std::map<std::string, std::string> environment;  // of it, names that begin with SUMLOG_ count
  std::map<std::string, std::string> flags;        // "listen.http" → value
};

// kInvalidArgument: an unknown key, a value of the wrong kind or out of range, broken TOML (with
// file and line), nesting or size beyond the bounds. kNotFound: --config names a file that is not
// there.
absl::StatusOr<Config> LoadConfig(const ConfigSources& sources);

// The file that `init` writes for a new log: the values that are not defaults, and the others as
// comments. kInvalidArgument: a value that TOML text in quotes cannot hold (control characters).
absl::StatusOr<std::string> NewConfigFile(const std::map<std::string, std::string>& values);

}  // namespace sumlog::ops

#endif  // SUMLOG_OPS_CONFIG_H_
