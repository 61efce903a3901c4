// Takes a bundle (bundle.h) into a mirror: as Sync from a server, and as safe to interrupt and to
// repeat.

#ifndef SUMLOG_MIRROR_BUNDLE_IMPORT_H_
#define SUMLOG_MIRROR_BUNDLE_IMPORT_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "client/answer_recorder.h"
#include "mirror/bundle.h"
#include "mirror/sync.h"
#include "sumlog/client/head_memory.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/note.h"

namespace sumlog::mirror {

struct BundleImportOptions {
  // All outlive the call.
  storage::LogStore* store = nullptr;    // of this mirror alone; may be new
  client::HeadMemory* memory = nullptr;  // of the same mirror
  Bundle* bundle = nullptr;
  client::AnswerLog* answers = nullptr;  // gets what is read of the bundle; may be null
  Clock* clock = SystemClock();

  tlog::VerifierKey key;  // of the log
  std::string from;       // the bundle's name, for provenance
  std::function<absl::Status(const SyncOptions::Progress&)> watch = {};  // as SyncOptions
};

// The report has begin == end when all of it was there before. Status codes, each with the pieces
// before kept, so that the same call goes on:
//   kInvalidArgument     the bundle is of another log
//   kUnauthenticated     the key has not signed its head
//   kFailedPrecondition  a gap: the mirror lacks records before those of the bundle; nothing has
//                        changed
//   kUnavailable         the bundle lacks what it should have
//   kDataLoss            its records are not what was signed, or its history is not that of the
//                        mirror, or of the newest head that the mirror has seen; for two heads that
//                        contradict each other, ForkedNotesOf has the notes
//
// or the errors of store and memory, or what the watch has said.
absl::StatusOr<SyncReport> ImportBundle(const BundleImportOptions& options);

}  // namespace sumlog::mirror

#endif  // SUMLOG_MIRROR_BUNDLE_IMPORT_H_
