// A fixture: an empty log in folders of the test, to be opened and closed at will.

#ifndef SUMLOG_TESTS_LOG_LOG_ON_DISK_H_
#define SUMLOG_TESTS_LOG_LOG_ON_DISK_H_

#include <memory>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/status_macros.h"
#include "gtest/gtest.h"
#include "log/origin_log.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "support/test_log.h"

namespace sumlog::log {

// The database is Path("db"), the anchor Path("anchor").
class LogOnDisk : public ::testing::Test {
 protected:
  LogOnDisk() {
    auto store = storage::OpenRocksDbStore({.path = Path("db"), .create = true});
    CHECK(store.ok());
    const auto note = OriginLog::CreateFirstHead(**store, {testing::MakeSigner()}, SystemClock());
    CHECK(note.ok());
    CHECK(Anchor::Create(Path("anchor"), *note).ok());
  }

  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }

  absl::StatusOr<std::unique_ptr<OriginLog>> Open() const {
    OriginLog::Options options;
    ASSIGN_OR_RETURN(options.store, storage::OpenRocksDbStore({.path = Path("db")}));
    ASSIGN_OR_RETURN(options.anchor, Anchor::Open(Path("anchor")));
    options.signers = {testing::MakeSigner()};
    options.evidence_dir = Path("evidence");
    return OriginLog::Open(std::move(options));
  }

 private:
  testing::TempFolder folder_;
};

}  // namespace sumlog::log

#endif  // SUMLOG_TESTS_LOG_LOG_ON_DISK_H_
