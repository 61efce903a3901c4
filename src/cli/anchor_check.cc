#include "cli/anchor_check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "cli/verifier_key.h"
#include "log/anchor.h"
#include "log/head_check.h"
#include "log/store_tiles.h"
#include "server/log_directory.h"
#include "sumlog/tlog/consistency.h"

namespace sumlog::cli {
namespace {

std::string WayToAnAnchor(const AnchorStatus& anchor) {
  switch (anchor.status.code()) {
    case absl::StatusCode::kNotFound:
      return "mount the disk that holds it, or see \"sumlog serve --help\" (--accept-new-anchor)";
    case absl::StatusCode::kPermissionDenied:
      return absl::StrCat("let the user that serves read and write it: chmod 600 ", anchor.path);
    case absl::StatusCode::kUnauthenticated:
      return "name the anchor that belongs to this log in log.anchor";
    default:
      return "put back a copy of it; when there is none, see \"sumlog serve --help\" "
             "(--accept-new-anchor), which keeps the damaged file beside the new one";
  }
}

absl::Status NotUsable(const AnchorStatus& anchor) {
  return absl::FailedPreconditionError(absl::StrCat(
      "the anchor ", anchor.path, " is not usable: ", FirstLine(anchor.status),
      "\nwhy: \"sumlog serve\" refuses to start without it\nfix: ", WayToAnAnchor(anchor)));
}

// Whether this user is the one whose `serve` writes the database.
bool OwnsDatabase(const ops::Config& config) {
  struct stat info = {};
  return ::stat(server::DatabasePath(config).c_str(), &info) == 0 && info.st_uid == ::geteuid();
}

absl::Status Behind(const tlog::TreeHead& anchored, const tlog::TreeHead& newest) {
  return absl::FailedPreconditionError(absl::StrCat(
      "the database is behind its anchor: ", newest.size, " records, but ", anchored.size,
      " were published\nwhy: clients that saw ", anchored.size,
      " would report a forked log, so \"sumlog serve\" refuses\nfix: sumlog backup restore --dir D "
      "--forward-from SRC brings it forward, from a directory, a backup or the URL of a server "
      "that has them"));
}

}  // namespace

std::string FirstLine(const absl::Status& status) {
  const absl::string_view message = status.message();
  return std::string(message.substr(0, message.find('\n')));
}

AnchorStatus ReadAnchor(const ops::Config& config, const tlog::VerifierKey& key) {
  AnchorStatus anchor{.path = config.log_anchor,
                      .status = absl::OkStatus(),
                      .head = {},
                      .shares_disk = server::AnchorSharesDisk(config),
                      .is_own = OwnsDatabase(config)};
  const absl::StatusOr<log::AnchorContent> file = log::ReadAnchor(config.log_anchor);
  anchor.status = file.status();
  if (!file.ok()) return anchor;
  const absl::StatusOr<tlog::SignedTreeHead> head = OpenHeadOf(key, file->note);
  anchor.status = head.status();
  if (head.ok()) anchor.head = head->head;
  anchor.has_broken_slot = file->has_broken_slot;
  if (anchor.status.ok() && anchor.is_own &&
      ::faccessat(AT_FDCWD, anchor.path.c_str(), R_OK | W_OK, AT_EACCESS) != 0) {
    anchor.status = ErrnoToStatus(errno, "write anchor", anchor.path);
  }
  return anchor;
}

absl::Status JudgeAnchor(const AnchorStatus& anchor, const tlog::TreeHead& newest,
                         const storage::LogStore& store) {
  if (absl::IsPermissionDenied(anchor.status) && !anchor.is_own) return absl::OkStatus();
  if (!anchor.status.ok()) return NotUsable(anchor);
  if (anchor.has_broken_slot && anchor.head.size >= newest.size) {
    return log::HalfAnAnchor(anchor.path, anchor.head.size);
  }
  if (anchor.head.size > newest.size) return Behind(anchor.head, newest);
  log::StoreTiles tiles(store);
  const absl::StatusOr<tlog::Hash> root =
      anchor.head.size == newest.size ? newest.root : tlog::RootFromTiles(anchor.head.size, tiles);
  if (!root.ok()) {
    return absl::UnavailableError(
        absl::StrCat("the database cannot be compared with its anchor: ", root.status().message(),
                     "\nfix: sumlog fsck names what is broken"));
  }
  if (*root == anchor.head.root) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      "anchor and database hold different histories of ", anchor.head.size, " records: roots ",
      tlog::FormatHash(anchor.head.root), " and ", tlog::FormatHash(*root),
      "\nwhy: both are signed, or the database is damaged\nfix: keep both as they are; the right "
      "database is one that continues what the anchor holds"));
}

}  // namespace sumlog::cli
