// A log on disk for tests of backups: database, anchor and key in the test's hands.
//
// Owned by one thread.

#ifndef SUMLOG_TESTS_BACKUP_BACKUP_HOME_H_
#define SUMLOG_TESTS_BACKUP_BACKUP_HOME_H_

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "backup/make_backup.h"
#include "log/anchor.h"
#include "log/origin_log.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "support/fake_clock.h"
#include "support/temp_folder.h"
#include "support/test_log.h"

namespace sumlog::testing {

// Every file below `folder`, with its bytes.
inline std::map<std::string, std::string> BytesBelow(const std::string& folder) {
  std::map<std::string, std::string> bytes;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    std::string& content = bytes[entry.path()];  // of a folder: empty
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    content = std::string(std::istreambuf_iterator<char>(file), {});
  }
  return bytes;
}

class BackupHome {
 public:
  explicit BackupHome(tlog::Signer key = MakeSigner()) : signer(std::move(key)) {
    auto made = storage::OpenRocksDbStore({.path = database(), .create = true});
    CHECK(made.ok());
    const auto note = log::OriginLog::CreateFirstHead(**made, {signer}, &clock);
    CHECK(note.ok());
    CHECK(log::Anchor::Create(anchor_path(), *note).ok());
  }

  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }
  std::string database() const { return Path("db/sum.example.com"); }
  std::string anchor_path() const { return Path("anchor"); }
  std::string backups() const { return Path("backup"); }
  std::string BackupPath(const std::string& label) const { return backups() + "/" + label; }

  absl::Status Open() {
    auto opened = storage::OpenRocksDbStore({.path = database()});
    if (!opened.ok()) return opened.status();
    store = opened->get();
    auto anchor = log::Anchor::Open(anchor_path());
    if (!anchor.ok()) return anchor.status();
    log::OriginLog::Options options;
    options.store = *std::move(opened);
    options.anchor = *std::move(anchor);
    options.signers = {signer};
    options.evidence_dir = Path("evidence");
    options.clock = &clock;
    auto log_or = log::OriginLog::Open(std::move(options));
    if (!log_or.ok()) return log_or.status();
    log = *std::move(log_or);
    return absl::OkStatus();
  }
  void Close() {
    log.reset();
    store = nullptr;
  }

  // Adds records [first, first + count) of `variant`, a head each for up to 1000 of them. Opens and
  // closes the log when it is closed.
  void Add(std::uint64_t first, std::uint64_t count, const std::string& variant = "") {
    const bool was_open = log != nullptr;
    if (!was_open) CHECK(Open().ok());
    std::vector<gosum::Record> records;
    for (std::uint64_t i = 0; i < count; ++i) records.push_back(MakeRecord(first + i, variant));
    const auto answer = log->sequencer().AddAndWait(
        {.records = std::move(records),
         .provenance = {
             .how = "ingest", .from = absl::StrCat("job ", first), .when = absl::Time()}});
    CHECK(answer.ok());
    if (!was_open) Close();
  }

  // Of the open log, or of the closed one, which is opened for it.
  absl::StatusOr<backup::MadeBackup> Make(const std::string& label, backup::Watch watch = {}) {
    const bool was_open = log != nullptr;
    if (!was_open) CHECK(Open().ok());
    auto made = backup::MakeBackup({.store = store,
                                    .database_path = database(),
                                    .backup_dir = backups(),
                                    .label = label,
                                    .signer = &signer,
                                    .clock = &clock,
                                    .watch = std::move(watch)});
    if (!was_open) Close();
    return made;
  }

  FakeClock clock;
  const tlog::Signer signer;
  std::unique_ptr<log::OriginLog> log;     // null: closed
  storage::RocksDbStore* store = nullptr;  // of the open log

 private:
  TempFolder folder_;
};

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_BACKUP_BACKUP_HOME_H_
