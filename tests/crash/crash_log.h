// What the two programs of the crash test share: the log in a folder, and the words in which the
// writer tells what was acknowledged.
//
// Owned by one thread.

#ifndef SUMLOG_TESTS_CRASH_CRASH_LOG_H_
#define SUMLOG_TESTS_CRASH_CRASH_LOG_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "log/anchor.h"
#include "log/origin_log.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "sumlog/tlog/note.h"

namespace sumlog::crash {

inline tlog::Signer CrashSigner() {
  return *tlog::Signer::FromSeed("crash.example.com", tlog::Ed25519Seed{7});
}

// Makes a log in `folder`, which must be there and empty.
inline absl::Status CreateCrashLog(const std::string& folder) {
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::LogStore> store,
                   storage::OpenRocksDbStore({.path = folder + "/db", .create = true}));
  ASSIGN_OR_RETURN(const std::string note,
                   log::OriginLog::CreateFirstHead(*store, {CrashSigner()}, SystemClock()));
  return log::Anchor::Create(folder + "/anchor", note).status();
}

// `bulk`: to commit as imports do.
inline absl::StatusOr<std::unique_ptr<log::OriginLog>> OpenCrashLog(const std::string& folder,
                                                                    bool bulk = false) {
  log::OriginLog::Options options;
  ASSIGN_OR_RETURN(options.store, storage::OpenRocksDbStore({.path = folder + "/db"}));
  ASSIGN_OR_RETURN(options.anchor, log::Anchor::Open(folder + "/anchor"));
  options.signers = {CrashSigner()};
  options.evidence_dir = folder + "/evidence";
  options.sequencer.bulk = bulk;
  options.sequencer.retry_interval = absl::Milliseconds(10);
  return log::OriginLog::Open(std::move(options));
}

// What became of a record, as one line: "<outcome> <number> <path@version> <zip hash> <mod hash>
// <size of the head> <root of the head>\n", outcome being "appended", "there" or "conflict".
inline std::string FormatAcknowledgement(const gosum::Record& record, const log::AddResult& result,
                                         const tlog::TreeHead& head) {
  const char* outcome = result.outcome == log::AddResult::Outcome::kAppended       ? "appended "
                        : result.outcome == log::AddResult::Outcome::kAlreadyThere ? "there "
                                                                                   : "conflict ";
  return absl::StrCat(outcome, result.number, " ", record.module.ToString(), " ", record.zip_hash,
                      " ", record.mod_hash, " ", head.size, " ", tlog::FormatHash(head.root), "\n");
}

}  // namespace sumlog::crash

#endif  // SUMLOG_TESTS_CRASH_CRASH_LOG_H_
