#include "server/log_directory.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "backup/restore.h"
#include "base/clock.h"
#include "base/damage.h"
#include "base/status_macros.h"
#include "crypto/random.h"
#include "crypto/wipe.h"
#include "log/head_check.h"
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

absl::StatusOr<std::unique_ptr<storage::RocksDbStore>> OpenStore(const ops::Config& config,
                                                                 bool read_only) {
  absl::StatusOr<std::unique_ptr<storage::RocksDbStore>> store = storage::OpenRocksDbStore(
      {.path = DatabasePath(config),
       .read_only = read_only,
       .cache_size_bytes = static_cast<std::size_t>(config.limits_cache_bytes)});
  struct stat info = {};
  if (absl::IsNotFound(store.status()) &&
      ::stat(absl::StrCat(DatabasePlace(config), backup::kRestoringSuffix).c_str(), &info) == 0) {
    return absl::NotFoundError(
        absl::StrCat(store.status().message(), "\nwhy: a restore of it was interrupted",
                     "\nfix: the same \"sumlog backup restore\" again goes on where it was"));
  }
  if (absl::IsNotFound(store.status())) {
    return absl::NotFoundError(absl::StrCat(
        store.status().message(),
        "\nwhy: the folder is not mounted, was moved, or the log's name was changed"
        "\nfix: mount it, or sumlog backup restore PATH --dir D from the newest backup; or "
        "correct log.name"));
  }
  return store;
}

std::string AnchorFolder(const ops::Config& config) {
  return std::filesystem::path(FolderOf(config.log_anchor)).lexically_normal().string();
}

bool AnchorLiesInside(const ops::Config& config) {
  const std::string dir = (std::filesystem::path(config.dir).lexically_normal() / "").string();
  return absl::StartsWith(absl::StrCat(AnchorFolder(config), "/"), dir);
}

absl::Status RequireOriginLog(const ops::Config& config) {
  if (!config.log_name.empty()) return CheckLogName(config.log_name);
  return absl::FailedPreconditionError(
      absl::StrCat("there is no log in ", config.dir, ": no log.name is configured\n",
                   "fix: sumlog init --dir ", config.dir, " --name NAME"));
}

// Adds a way out to a failure that names none.
absl::Status WithWayOut(const absl::Status& status, absl::string_view why_and_fix) {
  if (status.ok() || IsDamagedData(status) || absl::StrContains(status.message(), "\nfix: ")) {
    return status;
  }
  return absl::Status(status.code(), absl::StrCat(status.message(), "\n", why_and_fix));
}

absl::StatusOr<tlog::Signer> SignerToWriteWith(const ops::Config& config) {
  absl::StatusOr<tlog::Signer> signer = LoadSigner(config);
  if (signer.ok()) return signer;
  return WithWayOut(signer.status(),
                    absl::StrCat("why: without the log's own key nothing can be signed that "
                                 "clients would take\nfix: put back the key file of ",
                                 config.log_name, " from its backup, or name it in log.key_file"));
}

// Why a log with this anchor is not opened, and how to go on; OK when a new one is to be made.
absl::Status JudgeUnusableAnchor(const ops::Config& config, const absl::Status& anchor,
                                 bool accept_new_anchor) {
  const std::string accept =
      absl::StrCat("no client can have seen a newer head: sumlog serve --dir ", config.dir,
                   " --accept-new-anchor");
  constexpr absl::string_view kWhy =
      "\nwhy: without it nobody can tell whether this database is older than what clients have "
      "seen\nfix: ";
  if (absl::IsNotFound(anchor)) {
    if (accept_new_anchor) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat(
        "the anchor ", config.log_anchor, " is missing", kWhy,
        "mount the disk that holds it, or correct log.anchor; only if it is lost and ", accept));
  }
  if (absl::IsDataLoss(anchor)) {
    if (accept_new_anchor) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat(anchor.message(), kWhy, "put back a copy of it; only if there is none and ",
                     accept, ", which keeps the damaged file beside the new one"));
  }
  return WithWayOut(
      anchor, absl::StrCat("fix: let the user that serves read and write ", config.log_anchor));
}

// Checks the newest head, the right edge and the anchor on a view of the database that cannot be
// written. To be asked before it is opened for writing: RocksDB then removes every file that its
// list of files does not name, and with a damaged or older list that is most of the log.
absl::Status CheckBeforeWriting(const ops::Config& config, const tlog::VerifierKey& key,
                                const log::Anchor* anchor) {
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::LogStore> store,
                   OpenStore(config, /*read_only=*/true));
  const absl::Span<const tlog::VerifierKey> keys = absl::MakeConstSpan(&key, 1);
  ASSIGN_OR_RETURN(const log::PublishedHead newest, log::LoadNewestHead(*store, keys));
  if (anchor == nullptr) return absl::OkStatus();
  return log::CheckAgainstAnchor(newest, *store, keys, *anchor);
}

}  // namespace

absl::StatusOr<std::unique_ptr<log::Anchor>> OpenAnchor(const ops::Config& config,
                                                        bool accept_new_anchor) {
  absl::StatusOr<std::unique_ptr<log::Anchor>> anchor = log::Anchor::Open(config.log_anchor);
  if (anchor.ok() && (*anchor)->has_broken_slot() && accept_new_anchor) return nullptr;
  if (anchor.ok()) return anchor;
  RETURN_IF_ERROR(JudgeUnusableAnchor(config, anchor.status(), accept_new_anchor));
  return nullptr;
}

absl::StatusOr<std::unique_ptr<log::Anchor>> MakeNewAnchor(const ops::Config& config,
                                                           const std::string& note) {
  RETURN_IF_ERROR(MakeAnchorFolder(config));
  struct stat info = {};
  if (::lstat(config.log_anchor.c_str(), &info) == 0) {
    const std::string kept =
        absl::StrCat(config.log_anchor, ".damaged-",
                     absl::FormatTime("%Y%m%dT%H%M%SZ", SystemClock()->Now(), absl::UTCTimeZone()));
    RETURN_IF_ERROR(RenameDurablyToFreeName(config.log_anchor, kept));
  }
  return log::Anchor::Create(config.log_anchor, note);
}

std::string DatabasePath(const ops::Config& config) {
  return absl::StrCat(config.dir, "/db/", config.log_name);
}

std::string DatabasePlace(const ops::Config& config) {
  constexpr int kMaxLinks = 40;  // as many as the kernel follows
  std::filesystem::path path = DatabasePath(config);
  std::error_code error;
  for (int i = 0; i < kMaxLinks && std::filesystem::is_symlink(path, error); ++i) {
    const std::filesystem::path target = std::filesystem::read_symlink(path, error);
    if (error) break;
    path = path.parent_path() / target;  // an absolute target stands alone
  }
  const std::filesystem::path real = std::filesystem::weakly_canonical(path, error);
  return error ? path.string() : real.string();
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

std::vector<std::string> NamesOfLogs(const std::string& dir) {
  std::vector<std::string> names;
  const auto add = [&](const char* folder, absl::string_view suffix) {
    std::error_code error;
    std::filesystem::directory_iterator it(absl::StrCat(dir, "/", folder), error);
    for (const std::filesystem::directory_iterator end; !error && it != end; it.increment(error)) {
      const std::string file = it->path().filename().string();
      absl::string_view name = file;
      if (!absl::ConsumeSuffix(&name, suffix)) continue;
      // What a restore works on, or has moved aside.
      if (absl::EndsWith(name, backup::kRestoringSuffix) ||
          absl::StrContains(name, backup::kReplacedInfix)) {
        continue;
      }
      names.emplace_back(name);
    }
  };
  add("keys", ".key");
  add("db", "");
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

absl::Status CheckAnchorFolder(const ops::Config& config) {
  if (AnchorLiesInside(config)) return absl::OkStatus();
  const std::string folder = AnchorFolder(config);
  struct stat info = {};
  if (::stat(folder.c_str(), &info) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the folder ", folder, " of the anchor is not there",
                   "\nwhy: a disk that is not mounted looks like this, and an anchor beside its "
                   "mount point would be lost\nfix: mount the disk, or make the folder: mkdir -p ",
                   folder));
}

absl::Status MakeAnchorFolder(const ops::Config& config) {
  if (AnchorLiesInside(config)) return MakeDirectories(AnchorFolder(config));
  return CheckAnchorFolder(config);
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
  ASSIGN_OR_RETURN(tlog::Signer signer, SignerToWriteWith(config));
  ASSIGN_OR_RETURN(FileLock lock, LockDirectory(config.dir));

  log::OriginLog::Options log;
  ASSIGN_OR_RETURN(log.anchor, OpenAnchor(config, options.accept_new_anchor));
  RETURN_IF_ERROR(CheckBeforeWriting(config, signer.verifier(), log.anchor.get()));
  ASSIGN_OR_RETURN(std::unique_ptr<storage::RocksDbStore> store,
                   OpenStore(config, /*read_only=*/false));
  storage::RocksDbStore* const database = store.get();
  log.store = std::move(store);
  if (log.anchor == nullptr) {
    ASSIGN_OR_RETURN(const storage::StoredHead newest, log.store->SignedHead());
    ASSIGN_OR_RETURN(log.anchor, MakeNewAnchor(config, newest.note));
  }
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
  return OpenedLog{.lock = std::move(lock), .log = std::move(opened), .database = database};
}

absl::StatusOr<std::unique_ptr<storage::LogStore>> OpenStoreReadOnly(const ops::Config& config) {
  RETURN_IF_ERROR(RequireOriginLog(config));
  return OpenStore(config, /*read_only=*/true);
}

}  // namespace sumlog::server
