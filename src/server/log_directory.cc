#include "server/log_directory.h"

#include <sys/stat.h>

#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "crypto/random.h"
#include "crypto/wipe.h"
#include "storage/rocksdb/rocksdb_store.h"

namespace sumlog::server {
namespace {

// Of a host name and of each of its parts, RFC 1035.
constexpr std::size_t kMaxNameBytes = 253;
constexpr std::size_t kMaxNamePartBytes = 63;
constexpr std::size_t kMaxKeyFileBytes = 4096;

// The device that holds `path`; nothing when it does not exist.
bool DeviceOf(const std::string& path, dev_t* device) {
  struct stat info = {};
  if (::stat(path.c_str(), &info) != 0) return false;
  *device = info.st_dev;
  return true;
}

absl::StatusOr<std::unique_ptr<storage::LogStore>> OpenStore(const ops::Config& config,
                                                             bool read_only) {
  return storage::OpenRocksDbStore(
      {.path = DatabasePath(config),
       .read_only = read_only,
       .cache_size_bytes = static_cast<std::size_t>(config.limits_cache_bytes)});
}

absl::Status RequireOriginLog(const ops::Config& config) {
  if (!config.log_name.empty()) return CheckLogName(config.log_name);
  return absl::FailedPreconditionError(
      absl::StrCat("there is no log in ", config.dir, ": no log.name is configured\n",
                   "fix: sumlog init --dir ", config.dir, " --name NAME"));
}

absl::StatusOr<std::unique_ptr<log::Anchor>> OpenAnchor(const ops::Config& config,
                                                        const storage::LogStore& store,
                                                        bool accept_new_anchor) {
  absl::StatusOr<std::unique_ptr<log::Anchor>> anchor = log::Anchor::Open(config.log_anchor);
  if (!absl::IsNotFound(anchor.status())) return anchor;
  if (accept_new_anchor) {
    ASSIGN_OR_RETURN(const storage::StoredHead newest, store.SignedHead());
    RETURN_IF_ERROR(MakeAnchorFolder(config));
    return log::Anchor::Create(config.log_anchor, newest.note);
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "the anchor ", config.log_anchor,
      " is missing\n"
      "why: without it nobody can tell whether this database is older than what clients have "
      "seen\n"
      "fix: mount the disk that holds it, or correct log.anchor; only if it is lost and no client "
      "can have seen a newer head: sumlog serve --dir ",
      config.dir, " --accept-new-anchor"));
}

}  // namespace

std::string DatabasePath(const ops::Config& config) {
  return absl::StrCat(config.dir, "/db/", config.log_name);
}

absl::Status CheckLogName(absl::string_view name) {
  const auto malformed = [&](absl::string_view why) {
    return absl::InvalidArgumentError(
        absl::StrCat("a log cannot be named \"", absl::CHexEscape(name), "\": ", why,
                     ", want a bare host name such as sum.corp.example.com"));
  };
  if (name.empty()) return malformed("it is empty");
  if (name.size() > kMaxNameBytes) return malformed("it is longer than 253 bytes");
  for (const absl::string_view label : absl::StrSplit(name, '.')) {
    if (label.empty()) return malformed("it has an empty part");
    if (label.size() > kMaxNamePartBytes) return malformed("a part is longer than 63 bytes");
    if (label.front() == '-' || label.back() == '-') {
      return malformed("a part begins or ends with a hyphen");
    }
    for (const char c : label) {
      if (absl::ascii_islower(static_cast<unsigned char>(c)) ||
          absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-') {
        continue;
      }
      return malformed("only lower-case letters, digits, hyphens and dots are allowed");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<tlog::Signer> NewSigner(absl::string_view name) {
  RETURN_IF_ERROR(CheckLogName(name));
  ASSIGN_OR_RETURN(tlog::Ed25519Seed seed, crypto::RandomSeed());
  absl::StatusOr<tlog::Signer> signer = tlog::Signer::FromSeed(name, seed);
  crypto::Wipe(absl::MakeSpan(seed));
  return signer;
}

absl::StatusOr<FileLock> LockDirectory(const std::string& dir) {
  absl::StatusOr<FileLock> lock = FileLock::Acquire(absl::StrCat(dir, "/lock"));
  if (!absl::IsFailedPrecondition(lock.status())) return lock;
  return absl::FailedPreconditionError(
      absl::StrCat("another process has ", dir,
                   "\nwhy: one process at a time may write a log\n"
                   "fix: stop the other \"sumlog serve\" or \"sumlog import\" first"));
}

absl::Status MakeAnchorFolder(const ops::Config& config) {
  const std::string folder =
      std::filesystem::path(FolderOf(config.log_anchor)).lexically_normal().string();
  const std::string inside = (std::filesystem::path(config.dir).lexically_normal() / "").string();
  if (absl::StartsWith(absl::StrCat(folder, "/"), inside)) return MakeDirectories(folder);
  struct stat info = {};
  if (::stat(folder.c_str(), &info) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the folder ", folder, " of the anchor is not there",
                   "\nwhy: a disk that is not mounted looks like this, and an anchor beside its "
                   "mount point would be lost\nfix: mount the disk, or make the folder: mkdir -p ",
                   folder));
}

bool AnchorSharesDisk(const ops::Config& config) {
  dev_t anchor = 0;
  dev_t database = 0;
  return DeviceOf(config.log_anchor, &anchor) && DeviceOf(DatabasePath(config), &database) &&
         anchor == database;
}

absl::StatusOr<tlog::Signer> LoadSigner(const ops::Config& config) {
  RETURN_IF_ERROR(RequireOriginLog(config));
  const std::string& path = config.log_key_file;
  struct stat info = {};
  if (::stat(path.c_str(), &info) == 0 && (info.st_mode & 077) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the key ", path, " is open to others, mode ", absl::StrFormat("%03o", info.st_mode & 0777),
        "\nwhy: who reads it can sign in this log's name\nfix: chmod 600 ", path));
  }
  ASSIGN_OR_RETURN(std::string text, ReadFile(path, kMaxKeyFileBytes));
  const absl::StatusOr<tlog::Signer> signer = tlog::Signer::Parse(absl::StripAsciiWhitespace(text));
  crypto::Wipe(&text);
  if (!signer.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the key ", path, ": ", signer.status().message()));
  }
  if (signer->verifier().name() != config.log_name) {
    return absl::InvalidArgumentError(absl::StrCat("the key ", path, " is of ",
                                                   signer->verifier().name(), ", want ",
                                                   config.log_name, " (log.name)"));
  }
  return signer;
}

absl::StatusOr<OpenedLog> OpenLog(const ops::Config& config, const OpenLogOptions& options) {
  ASSIGN_OR_RETURN(tlog::Signer signer, LoadSigner(config));
  ASSIGN_OR_RETURN(FileLock lock, LockDirectory(config.dir));

  log::OriginLog::Options log;
  ASSIGN_OR_RETURN(log.store, OpenStore(config, /*read_only=*/false));
  ASSIGN_OR_RETURN(log.anchor, OpenAnchor(config, *log.store, options.accept_new_anchor));
  log.signers.push_back(std::move(signer));
  log.evidence_dir = absl::StrCat(config.dir, "/evidence");
  log.max_evidence_bytes = static_cast<std::uint64_t>(config.limits_evidence_bytes);
  log.reader.head_interval = config.log_head_interval;
  log.sequencer.bulk = options.bulk;
  if (options.bulk) {
    log.sequencer.max_round_records = kBulkRoundRecords;
    log.sequencer.max_queued_records = 2 * kBulkRoundRecords;
    log.sequencer.max_queued_bytes = std::size_t{256} << 20;
  }
  ASSIGN_OR_RETURN(std::unique_ptr<log::OriginLog> opened, log::OriginLog::Open(std::move(log)));
  return OpenedLog{.lock = std::move(lock), .log = std::move(opened)};
}

absl::StatusOr<std::unique_ptr<storage::LogStore>> OpenStoreReadOnly(const ops::Config& config) {
  RETURN_IF_ERROR(RequireOriginLog(config));
  return OpenStore(config, /*read_only=*/true);
}

}  // namespace sumlog::server
