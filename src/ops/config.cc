#include "ops/config.h"

#include <filesystem>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "ops/address.h"
#include "ops/config_file.h"
#include "ops/duration.h"

namespace sumlog::ops {
namespace {

constexpr char kPrefix[] = "SUMLOG_";

constexpr std::size_t kMaxLineBytes = 200;   // error bodies have 648 bytes in all
constexpr std::size_t kMaxPathBytes = 4095;  // the system's own bound

// SUMLOG_ variables that are no keys: where the directory and the file are, what client verbs show
// to a server, and what deploy/quickstart takes.
constexpr absl::string_view kOtherVariables[] = {
    "SUMLOG_DIR",      "SUMLOG_CONFIG",         "SUMLOG_TOKEN",          "SUMLOG_CERT",
    "SUMLOG_CERT_KEY", "SUMLOG_QUICKSTART_DIR", "SUMLOG_QUICKSTART_HTTP"};

std::string AbsolutePath(const std::string& path, const std::string& base) {
  return (std::filesystem::path(base) / path).lexically_normal().string();
}

// Text that may go into error bodies and screens: one line of UTF-8 without characters that drive a
// terminal or turn the direction of text.
absl::Status CheckLine(absl::string_view value, std::size_t max_bytes) {
  for (absl::string_view rest = value; !rest.empty();) {
    const Utf8Rune rune = DecodeUtf8(rest);
    if (rune.size_bytes == 0) return absl::InvalidArgumentError("is not UTF-8");
    if (!IsShowable(rune.code_point)) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "has a control character, U+%04X", static_cast<std::uint32_t>(rune.code_point)));
    }
    rest.remove_prefix(rune.size_bytes);
  }
  if (value.size() > max_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(value.size(), " bytes, want at most ", max_bytes));
  }
  return absl::OkStatus();
}

absl::Status SetPath(std::string* target, absl::string_view value, const std::string& base) {
  RETURN_IF_ERROR(CheckLine(value, kMaxPathBytes));
  if (!value.empty()) *target = AbsolutePath(std::string(value), base);
  return absl::OkStatus();
}

absl::Status SetDuration(absl::Duration* target, absl::string_view value) {
  ASSIGN_OR_RETURN(*target, ParseDuration(value));
  return absl::OkStatus();
}

struct Range {
  std::int64_t least, most;
};

absl::Status SetInteger(std::int64_t* target, absl::string_view value, Range range) {
  std::int64_t number = 0;
  if (!absl::SimpleAtoi(value, &number) || number < range.least || number > range.most) {
    return absl::InvalidArgumentError(
        absl::StrCat("got \"", value, "\", want an integer of ", range.least, " to ", range.most));
  }
  *target = number;
  return absl::OkStatus();
}

absl::Status SetAddress(std::string* target, absl::string_view value) {
  RETURN_IF_ERROR(ParseAddress(value).status());
  *target = std::string(value);
  return absl::OkStatus();
}

// HOST:PORT, unix:PATH or off.
absl::Status SetListener(std::string* target, absl::string_view value, const std::string& base) {
  if (value == "off") {
    *target = "off";
    return absl::OkStatus();
  }
  constexpr absl::string_view kUnix = "unix:";
  if (!absl::StartsWith(value, kUnix)) return SetAddress(target, value);
  std::string path;
  RETURN_IF_ERROR(SetPath(&path, value.substr(kUnix.size()), base));
  if (path.empty()) return absl::InvalidArgumentError("\"unix:\" without a path, want unix:PATH");
  *target = absl::StrCat(kUnix, path);
  return absl::OkStatus();
}

absl::Status SetLine(std::string* target, absl::string_view value) {
  RETURN_IF_ERROR(CheckLine(value, kMaxLineBytes));
  *target = std::string(value);
  return absl::OkStatus();
}

struct Key {
  absl::string_view name;
  absl::string_view default_value;
  absl::string_view help;
  // `base` is what a relative path is relative to.
  absl::Status (*set)(Config& config, absl::string_view value, const std::string& base);
};

// The one table: files, environment names, help and checks all come from it.
constexpr std::int64_t kMostBytes = std::int64_t{1} << 40;
constexpr Key kKeys[] = {
    {"log.name", "", "the log's name, in every signature; can never change",
     [](Config& c, absl::string_view v, const std::string&) { return SetLine(&c.log_name, v); }},
    {"log.key_file", "keys/<name>.key", "the private key, mode 0600",
     [](Config& c, absl::string_view v, const std::string& b) {
       return SetPath(&c.log_key_file, v, b);
     }},
    {"log.anchor", "anchor/<name>", "keeps the newest head ever served; best on another disk",
     [](Config& c, absl::string_view v, const std::string& b) {
       return SetPath(&c.log_anchor, v, b);
     }},
    {"log.contact", "", "shown to developers in error texts",
     [](Config& c, absl::string_view v, const std::string&) { return SetLine(&c.log_contact, v); }},
    {"log.head_interval", "1s", "how often lookups may change the head that they carry",
     [](Config& c, absl::string_view v, const std::string&) {
       return SetDuration(&c.log_head_interval, v);
     }},
    {"listen.http", "127.0.0.1:8080", "HOST:PORT of the HTTP front; port 0 takes any",
     [](Config& c, absl::string_view v, const std::string&) {
       return SetAddress(&c.listen_http, v);
     }},
    {"listen.grpc", "off", "gRPC for readers: HOST:PORT, unix:PATH or off",
     [](Config& c, absl::string_view v, const std::string& b) {
       return SetListener(&c.listen_grpc, v, b);
     }},
    {"listen.admin", "unix:admin.sock", "gRPC for administration: the same; HOST:PORT needs TLS",
     [](Config& c, absl::string_view v, const std::string& b) {
       return SetListener(&c.listen_admin, v, b);
     }},
    {"listen.tls_cert", "", "PEM file with the certificate and its chain",
     [](Config& c, absl::string_view v, const std::string& b) {
       return SetPath(&c.listen_tls_cert, v, b);
     }},
    {"listen.tls_key", "", "PEM file with the certificate's private key",
     [](Config& c, absl::string_view v, const std::string& b) {
       return SetPath(&c.listen_tls_key, v, b);
     }},
    {"listen.client_ca", "", "PEM file with who signs the certificates of [[client_cert]]",
     [](Config& c, absl::string_view v, const std::string& b) {
       return SetPath(&c.listen_client_ca, v, b);
     }},
    {"listen.url", "", "how clients reach the log, for client-config",
     [](Config& c, absl::string_view v, const std::string&) { return SetLine(&c.listen_url, v); }},
    {"backup.dir", "backup", "where backups are made; best on another disk",
     [](Config& c, absl::string_view v, const std::string& b) {
       return SetPath(&c.backup_dir, v, b);
     }},
    {"policy.private", "", "module paths that no mirror's upstream is asked about, as GOPRIVATE",
     [](Config& c, absl::string_view v, const std::string&) {
       RETURN_IF_ERROR(CheckLine(v, kMaxConfigBytes));
       c.policy_private = std::string(v);
       return absl::OkStatus();
     }},
    {"limits.connections", "4096", "open connections at most",
     [](Config& c, absl::string_view v, const std::string&) {
       return SetInteger(&c.limits_connections, v, {1, 1'000'000});
     }},
    {"limits.header_bytes", "16384", "request line and headers together at most",
     [](Config& c, absl::string_view v, const std::string&) {
       return SetInteger(&c.limits_header_bytes, v, {2048, 1 << 20});
     }},
    {"limits.header_timeout", "10s", "for a client to send one request",
     [](Config& c, absl::string_view v, const std::string&) {
       return SetDuration(&c.limits_header_timeout, v);
     }},
    {"limits.idle_timeout", "75s", "between two requests of a connection",
     [](Config& c, absl::string_view v, const std::string&) {
       return SetDuration(&c.limits_idle_timeout, v);
     }},
    {"limits.write_timeout", "30s", "for a client to take one answer",
     [](Config& c, absl::string_view v, const std::string&) {
       return SetDuration(&c.limits_write_timeout, v);
     }},
    {"limits.cache_bytes", "67108864", "the database's cache",
     [](Config& c, absl::string_view v, const std::string&) {
       return SetInteger(&c.limits_cache_bytes, v, {1 << 20, kMostBytes});
     }},
    {"limits.evidence_bytes", "1073741824", "evidence kept at most; beyond it is only counted",
     [](Config& c, absl::string_view v, const std::string&) {
       return SetInteger(&c.limits_evidence_bytes, v, {0, kMostBytes});
     }},
    {"limits.http_threads", "2", "threads of the HTTP front",
     [](Config& c, absl::string_view v, const std::string&) {
       return SetInteger(&c.limits_http_threads, v, {1, 256});
     }},
};

std::string EnvironmentName(absl::string_view key) {
  return absl::StrCat(kPrefix, absl::AsciiStrToUpper(absl::StrReplaceAll(key, {{".", "_"}})));
}

const Key* FindKey(absl::string_view name) {
  for (const Key& key : kKeys) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

absl::Status UnknownName(absl::string_view where, absl::string_view name,
                         const std::vector<std::string>& known) {
  const std::string nearest = NearestName(name, known);
  return absl::InvalidArgumentError(
      absl::StrCat(where, "unknown key ", name,
                   nearest.empty() ? "" : absl::StrCat("; did you mean ", nearest, "?")));
}

absl::Status Apply(Config& config, const Key& key, absl::string_view value, absl::string_view where,
                   const std::string& base) {
  const absl::Status status = key.set(config, value, base);
  if (status.ok()) return status;
  return absl::InvalidArgumentError(absl::StrCat(where, key.name, ": ", status.message()));
}

// Sections stand once, in single brackets; [[client_cert]] and [[mirror]] in double ones.
absl::Status CheckPlace(const ConfigEntry& entry, absl::string_view where) {
  const std::string section = entry.name.substr(0, entry.name.find('.'));
  if (entry.table_line != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, "[[", section, "]], want [", section, "], once"));
  }
  if (section == "client_cert") {
    return absl::InvalidArgumentError(
        absl::StrCat(where, "[client_cert], want [[client_cert]], one for each certificate"));
  }
  if (section == "mirror") {
    return absl::InvalidArgumentError(
        absl::StrCat(where, "[mirror], want [[mirror]], one for each log"));
  }
  return absl::OkStatus();
}

absl::Status ApplyFile(Config& config, const ConfigSources& sources) {
  const std::string path =
      sources.file.empty() ? AbsolutePath("sumlog.toml", config.dir) : sources.file;
  const absl::StatusOr<std::string> content = ReadFile(path, kMaxConfigBytes);
  if (absl::IsNotFound(content.status()) && sources.file.empty()) return absl::OkStatus();
  if (absl::IsResourceExhausted(content.status())) {  // it is longer than it may be
    return absl::InvalidArgumentError(content.status().message());
  }
  RETURN_IF_ERROR(content.status());
  config.file = path;
  std::vector<std::string> known;
  for (const ConfigKey& key : ConfigKeys()) known.push_back(key.name);

  ASSIGN_OR_RETURN(const std::vector<ConfigEntry> entries, ParseConfigFile(*content, path));
  ASSIGN_OR_RETURN(config.client_certs, ReadClientCerts(entries, path));
  ASSIGN_OR_RETURN(config.mirrors, ReadMirrors(entries, path));
  for (const ConfigEntry& entry : entries) {
    if (IsClientCertEntry(entry) || IsMirrorEntry(entry)) continue;
    const std::string where = absl::StrCat(path, ":", entry.line, ": ");
    RETURN_IF_ERROR(CheckPlace(entry, where));
    const Key* key = FindKey(entry.name);
    if (key == nullptr) return UnknownName(where, entry.name, known);
    RETURN_IF_ERROR(Apply(config, *key, entry.value, where, config.dir));
  }
  return absl::OkStatus();
}

absl::Status ApplyEnvironment(Config& config, const ConfigSources& sources) {
  std::map<std::string, const Key*> keys;
  std::vector<std::string> known;
  for (const Key& key : kKeys) {
    known.push_back(EnvironmentName(key.name));
    keys[known.back()] = &key;
  }
  for (const auto& [name, value] : sources.environment) {
    if (!absl::StartsWith(name, kPrefix)) continue;
    const auto key = keys.find(name);
    if (key != keys.end()) {
      RETURN_IF_ERROR(
          Apply(config, *key->second, value, absl::StrCat("environment ", name, ": "), config.dir));
      continue;
    }
    bool is_other = false;
    for (const absl::string_view other : kOtherVariables) is_other |= name == other;
    if (!is_other) return UnknownName("environment: ", name, known);
  }
  return absl::OkStatus();
}

absl::Status ApplyFlags(Config& config, const ConfigSources& sources) {
  const std::string here = std::filesystem::absolute(".").string();
  for (const auto& [name, value] : sources.flags) {
    const Key* key = FindKey(name);
    if (key == nullptr) return UnknownName("flag: ", name, {});
    RETURN_IF_ERROR(Apply(config, *key, value, "flag for ", here));
  }
  return absl::OkStatus();
}

absl::Status CheckWhole(const Config& config) {
  if (config.listen_tls_cert.empty() != config.listen_tls_key.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "listen.tls_cert and listen.tls_key belong together; only ",
        config.listen_tls_cert.empty() ? "listen.tls_key" : "listen.tls_cert", " is set"));
  }
  if (!config.client_certs.empty() && config.listen_client_ca.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        config.client_certs.front().where,
        "[[client_cert]] without listen.client_ca: nobody may sign client certificates\n"
        "fix: client_ca = \"FILE\" under [listen], the authority's certificate in PEM form"));
  }
  return CheckMirrorNames(config.mirrors, config.log_name);
}

}  // namespace

const std::vector<ConfigKey>& ConfigKeys() {
  static const std::vector<ConfigKey> keys = [] {
    std::vector<ConfigKey> list;
    for (const Key& key : kKeys) {
      list.push_back({.name = std::string(key.name),
                      .environment = EnvironmentName(key.name),
                      .default_value = std::string(key.default_value),
                      .help = std::string(key.help)});
    }
    return list;
  }();
  return keys;
}

absl::StatusOr<Config> LoadConfig(const ConfigSources& sources) {
  Config config;
  config.dir = std::filesystem::absolute(sources.dir).lexically_normal().string();
  RETURN_IF_ERROR(ApplyFile(config, sources));
  RETURN_IF_ERROR(ApplyEnvironment(config, sources));
  RETURN_IF_ERROR(ApplyFlags(config, sources));
  RETURN_IF_ERROR(CheckWhole(config));
  if (config.listen_admin.empty()) {
    config.listen_admin = absl::StrCat("unix:", config.dir, "/admin.sock");
  }
  if (config.backup_dir.empty()) config.backup_dir = AbsolutePath("backup", config.dir);
  if (!config.log_name.empty()) {
    if (config.log_key_file.empty()) {
      config.log_key_file = absl::StrCat(config.dir, "/keys/", config.log_name, ".key");
    }
    if (config.log_anchor.empty()) {
      config.log_anchor = absl::StrCat(config.dir, "/anchor/", config.log_name);
    }
  }
  return config;
}

absl::StatusOr<std::string> NewConfigFile(const std::map<std::string, std::string>& values) {
  for (const auto& [name, value] : values) {
    if (FindKey(name) == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("unknown key ", name));
    }
    RETURN_IF_ERROR(CheckLine(value, kMaxPathBytes));
  }
  std::string content = "# sumlog; a flag wins over SUMLOG_… in the environment, that over this.\n";
  std::string section;
  for (const ConfigKey& key : ConfigKeys()) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(key.name, absl::MaxSplits('.', 1));
    if (parts.first != section) {
      section = parts.first;
      absl::StrAppend(&content, "\n[", section, "]\n");
    }
    const auto value = values.find(key.name);
    const bool is_set = value != values.end();
    const std::string text = absl::StrReplaceAll(is_set ? value->second : key.default_value,
                                                 {{"\\", "\\\\"}, {"\"", "\\\""}});
    absl::StrAppend(&content, is_set ? "" : "# ", parts.second, " = \"", text, "\"  # ", key.help,
                    "\n");
  }
  return content;
}

}  // namespace sumlog::ops
