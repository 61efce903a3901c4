#include "server/new_log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "crypto/wipe.h"
#include "log/anchor.h"
#include "log/origin_log.h"
#include "server/log_directory.h"
#include "storage/rocksdb/rocksdb_store.h"

namespace sumlog::server {
namespace {

// A name and three paths.
constexpr std::size_t kMaxMarkerBytes = 64 * 1024;

// What the file <dir>/unfinished says: which log was begun, and where its parts lie.
struct Begun {
  std::string name, key_file, anchor, config_file;
  bool operator==(const Begun&) const = default;
};

struct Plan {
  ops::Config config;  // its `file` is the one to be written
  std::string toml;
  std::string marker;  // path of the file <dir>/unfinished
  Begun begun;
};

bool Exists(const std::string& path) {
  struct stat info = {};
  return ::lstat(path.c_str(), &info) == 0;
}

std::string MarkerPath(absl::string_view dir) { return absl::StrCat(dir, "/unfinished"); }

// The values of the new file: the flags, and whatever says where we put something. Paths are
// written out, so that the file means the same from everywhere.
std::map<std::string, std::string> FileValues(const NewLog& log, const ops::Config& config) {
  std::map<std::string, std::string> values = log.settings;
  values["log.name"] = log.name;
  const std::pair<const char*, const std::string*> paths[] = {
      {"log.key_file", &config.log_key_file},
      {"log.anchor", &config.log_anchor},
      {"listen.tls_cert", &config.listen_tls_cert},
      {"listen.tls_key", &config.listen_tls_key}};
  for (const auto& [name, path] : paths) {
    if (values.contains(name)) values[name] = *path;
  }
  if (log.environment.contains("SUMLOG_LOG_KEY_FILE")) values["log.key_file"] = config.log_key_file;
  if (log.environment.contains("SUMLOG_LOG_ANCHOR")) values["log.anchor"] = config.log_anchor;
  return values;
}

absl::StatusOr<Plan> MakePlan(const NewLog& log) {
  RETURN_IF_ERROR(CheckLogName(log.name));
  const auto named = log.environment.find("SUMLOG_LOG_NAME");
  if (named != log.environment.end() && named->second != log.name) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the log is to be named ", log.name, ", but SUMLOG_LOG_NAME names ", named->second,
        "\nwhy: the environment wins over sumlog.toml, so the log would not be found again\n"
        "fix: unset SUMLOG_LOG_NAME"));
  }
  ops::ConfigSources sources;
  sources.dir = log.dir;
  sources.file = "/dev/null";
  sources.environment = log.environment;
  sources.flags = log.settings;
  sources.flags["log.name"] = log.name;
  Plan plan;
  ASSIGN_OR_RETURN(plan.config, ops::LoadConfig(sources));
  ASSIGN_OR_RETURN(plan.toml, ops::NewConfigFile(FileValues(log, plan.config)));
  plan.config.file = log.config_file.empty() ? absl::StrCat(plan.config.dir, "/sumlog.toml")
                                             : std::filesystem::absolute(log.config_file).string();
  plan.marker = MarkerPath(plan.config.dir);
  plan.begun = {.name = log.name,
                .key_file = plan.config.log_key_file,
                .anchor = plan.config.log_anchor,
                .config_file = plan.config.file};
  return plan;
}

absl::Status IsThere(const std::string& part) {
  return absl::AlreadyExistsError(
      absl::StrCat(part,
                   " is there already; nothing was changed\n"
                   "why: a log that is made anew breaks every client of the old one\n"
                   "fix: choose another --dir, or remove the old log if nobody uses it; one that "
                   "has lost its sumlog.toml: sumlog status says how to write it again"));
}

// Refuses when any part of a log is there.
absl::Status CheckNothingIsThere(const ops::Config& config) {
  const std::string parts[] = {config.file, absl::StrCat(config.dir, "/sumlog.toml"),
                               config.log_key_file, DatabasePath(config), config.log_anchor};
  for (const std::string& part : parts) {
    if (Exists(part)) return IsThere(part);
  }
  // Without its sumlog.toml a log of another name shows only by these.
  const std::vector<std::string> names = NamesOfLogs(config.dir);
  if (names.empty()) return absl::OkStatus();
  return IsThere(absl::StrCat("the log ", names.front(), " in ", config.dir));
}

std::string FormatBegun(const Begun& begun) {
  return absl::StrCat(
      "name ", begun.name, "\nkey ", begun.key_file, "\nanchor ", begun.anchor, "\nconfig ",
      begun.config_file,
      "\n\"sumlog init\" began here and did not end; the same command finishes it\n");
}

// Nothing is required of the text: what is not said stays empty, and equals no plan.
Begun ParseBegun(absl::string_view text) {
  Begun begun;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::ConsumePrefix(&line, "name ")) begun.name = std::string(line);
    if (absl::ConsumePrefix(&line, "key ")) begun.key_file = std::string(line);
    if (absl::ConsumePrefix(&line, "anchor ")) begun.anchor = std::string(line);
    if (absl::ConsumePrefix(&line, "config ")) begun.config_file = std::string(line);
  }
  return begun;
}

// Refuses to finish what was begun, and says how to get rid of it.
absl::Status CannotFinish(const Plan& plan, const Begun& begun, absl::string_view why) {
  return absl::AlreadyExistsError(absl::StrCat(
      "an unfinished log in ", plan.config.dir, " cannot be finished: ", why,
      "\nwhy: it was begun with the name ", begun.name, ", the key ", begun.key_file,
      ", the anchor ", begun.anchor, " and the configuration ", begun.config_file,
      "\nfix: give these again; or remove it, as it was never served: rm -rf ", begun.key_file, " ",
      begun.anchor, " ", plan.config.dir, "/db/", begun.name, " && rm ", plan.marker));
}

// Returns whether parts of this very log may be there already.
absl::StatusOr<bool> BeginOrResume(const Plan& plan) {
  const absl::StatusOr<std::string> text = ReadFile(plan.marker, kMaxMarkerBytes);
  if (absl::IsNotFound(text.status())) {
    RETURN_IF_ERROR(CheckNothingIsThere(plan.config));
    RETURN_IF_ERROR(ReplaceFileDurably(plan.marker, FormatBegun(plan.begun), 0644));
    return false;
  }
  RETURN_IF_ERROR(text.status());
  const Begun begun = ParseBegun(*text);
  if (begun == plan.begun) return true;
  // With its configuration a log is whole, and may have been served since.
  if (Exists(begun.config_file)) return IsThere(begun.config_file);
  return CannotFinish(plan, begun, "its name or its places are other ones");
}

// Writes a new file that is whole whenever it is there. kAlreadyExists when something is.
absl::Status CreateWholeFile(const std::string& path, absl::string_view content, mode_t mode) {
  const std::string temporary = absl::StrCat(path, ".new");
  ::unlink(temporary.c_str());  // left behind by a crash; never read by anybody
  RETURN_IF_ERROR(CreateFileDurably(temporary, content, mode));
  const absl::Status named = RenameDurablyToFreeName(temporary, path);
  if (!named.ok()) ::unlink(temporary.c_str());
  return named;
}

absl::StatusOr<tlog::Signer> MakeOrTakeKey(const Plan& plan) {
  const ops::Config& config = plan.config;
  if (Exists(config.log_key_file)) return LoadSigner(config);
  ASSIGN_OR_RETURN(tlog::Signer signer, NewSigner(config.log_name));
  RETURN_IF_ERROR(MakeDirectories(FolderOf(config.log_key_file), 0700));
  std::string secret = absl::StrCat(signer.ToSecretString(), "\n");
  const absl::Status written = CreateWholeFile(config.log_key_file, secret, 0600);
  crypto::Wipe(&secret);
  RETURN_IF_ERROR(written);
  return signer;
}

// A database that its maker did not finish is none to the store, which makes it then.
absl::StatusOr<std::unique_ptr<storage::LogStore>> MakeOrTakeStore(const Plan& plan) {
  storage::RocksDbOptions options;
  options.path = DatabasePath(plan.config);
  options.cache_size_bytes = static_cast<std::size_t>(plan.config.limits_cache_bytes);
  options.create = true;
  RETURN_IF_ERROR(MakeDirectories(FolderOf(options.path)));
  absl::StatusOr<std::unique_ptr<storage::LogStore>> store = storage::OpenRocksDbStore(options);
  if (!absl::IsAlreadyExists(store.status())) return store;
  options.create = false;
  return storage::OpenRocksDbStore(options);
}

// The note of the head of the empty tree.
absl::StatusOr<std::string> MakeOrTakeFirstHead(const Plan& plan, const tlog::Signer& signer) {
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::LogStore> store, MakeOrTakeStore(plan));
  const absl::StatusOr<storage::StoredHead> stored = store->SignedHead();
  if (absl::IsNotFound(stored.status())) {
    return log::OriginLog::CreateFirstHead(*store, {signer}, SystemClock());
  }
  RETURN_IF_ERROR(stored.status());
  if (stored->size > 0) {
    return absl::AlreadyExistsError(
        absl::StrCat("the log in ", plan.config.dir, " has ", stored->size,
                     " records; nothing was changed\nwhy: it is in use, though ", plan.marker,
                     " says that it was never finished\nfix: rm ", plan.marker));
  }
  if (!tlog::OpenTreeHead(stored->note, {signer.verifier()}).ok()) {
    return CannotFinish(plan, plan.begun, "its first head is not signed by its key");
  }
  return stored->note;
}

absl::Status MakeOrTakeAnchor(const Plan& plan, const std::string& note) {
  const std::string& path = plan.config.log_anchor;
  if (!Exists(path)) {
    RETURN_IF_ERROR(MakeAnchorFolder(plan.config));
    return log::Anchor::Create(path, note).status();
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<log::Anchor> anchor, log::Anchor::Open(path));
  if (anchor->note() == note) return absl::OkStatus();
  return CannotFinish(plan, plan.begun, absl::StrCat("its anchor ", path, " holds another head"));
}

absl::Status RemoveMarker(const Plan& plan) {
  if (::unlink(plan.marker.c_str()) != 0) return ErrnoToStatus(errno, "remove", plan.marker);
  return SyncDirectory(plan.config.dir);
}

}  // namespace

absl::StatusOr<MadeLog> CreateLog(const NewLog& log) {
  ASSIGN_OR_RETURN(const Plan plan, MakePlan(log));
  // Asked before the lock too, so that a refusal leaves no new folder or lock file behind.
  if (!Exists(plan.marker)) RETURN_IF_ERROR(CheckNothingIsThere(plan.config));
  RETURN_IF_ERROR(CheckAnchorFolder(plan.config));
  RETURN_IF_ERROR(MakeDirectories(plan.config.dir));
  ASSIGN_OR_RETURN(const FileLock lock, LockDirectory(plan.config.dir));

  // In an order that a later call can take up at any point.
  ASSIGN_OR_RETURN(const bool resumed, BeginOrResume(plan));
  ASSIGN_OR_RETURN(const tlog::Signer signer, MakeOrTakeKey(plan));
  ASSIGN_OR_RETURN(const std::string note, MakeOrTakeFirstHead(plan, signer));
  RETURN_IF_ERROR(MakeOrTakeAnchor(plan, note));
  if (!Exists(plan.config.file)) {
    RETURN_IF_ERROR(MakeDirectories(FolderOf(plan.config.file)));
    RETURN_IF_ERROR(CreateWholeFile(plan.config.file, plan.toml, 0644));
  }
  RETURN_IF_ERROR(RemoveMarker(plan));
  return MadeLog{.key = signer.verifier(), .config = plan.config, .was_finished = resumed};
}

bool IsUnfinished(const std::string& dir) { return Exists(MarkerPath(dir)); }

}  // namespace sumlog::server
