// Goal: a full disk is a clear error while it lasts, and nothing but that: no answer is taken back,
// readers go on, and the log works again when there is space.
// Method: a RocksDB-backed log on a small disk of its own (support/small_disk.h).

#include <unistd.h>

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "support/small_disk.h"
#include "support/test_log.h"

namespace sumlog::log {
namespace {

using ::sumlog::testing::MakeRecord;
using ::sumlog::testing::MakeRecords;
using ::sumlog::testing::MakeSigner;

constexpr std::uint64_t kRecordsPerAdd = 1000;  // about 200 KB
constexpr int kMaxAdds = 400;                   // many times what the disk holds

class FullDisk : public ::sumlog::testing::SmallDiskTest {
 protected:
  static absl::StatusOr<std::unique_ptr<OriginLog>> OpenLog(bool create,
                                                            const std::string& name = "db") {
    OriginLog::Options options;
    ASSIGN_OR_RETURN(options.store,
                     storage::OpenRocksDbStore({.path = Path(name), .create = create}));
    options.signers = {MakeSigner()};
    if (create) {
      ASSIGN_OR_RETURN(const std::string note,
                       OriginLog::CreateFirstHead(*options.store, options.signers, SystemClock()));
      RETURN_IF_ERROR(Anchor::Create(Path(name + ".anchor"), note).status());
    }
    ASSIGN_OR_RETURN(options.anchor, Anchor::Open(Path(name + ".anchor")));
    options.evidence_dir = Path("evidence");
    options.sequencer.retry_interval = absl::Milliseconds(10);
    return OriginLog::Open(std::move(options));
  }

  static absl::StatusOr<AddAnswer> Add(OriginLog& log, std::uint64_t first, std::uint64_t count) {
    return log.sequencer().AddAndWait(
        {.records = MakeRecords(first, count),
         .provenance = {.how = "ingest", .from = "a test", .when = absl::Time()}});
  }
};

TEST_F(FullDisk, IsAClearErrorUntilThereIsSpaceAgain) {
  auto log = OpenLog(/*create=*/true);
  ASSERT_TRUE(log.ok()) << log.status();
  ASSERT_TRUE(Add(**log, 0, kRecordsPerAdd).ok());
  std::uint64_t acknowledged = kRecordsPerAdd;

  FillDisk("ballast");
  absl::Status full;
  for (int i = 0; i < kMaxAdds && full.ok(); ++i) {  // what was preallocated may still take some
    full = Add(**log, acknowledged, kRecordsPerAdd).status();
    if (full.ok()) acknowledged += kRecordsPerAdd;
  }
  ASSERT_TRUE(absl::IsResourceExhausted(full)) << full;
  EXPECT_TRUE(absl::IsResourceExhausted((*log)->stats().writer)) << (*log)->stats().writer;
  EXPECT_TRUE(absl::IsResourceExhausted(Add(**log, acknowledged, 1).status()));

  // Readers notice nothing.
  EXPECT_EQ((*log)->reader().Newest()->signed_head.head.size, acknowledged);
  EXPECT_TRUE((*log)->reader().Lookup(MakeRecord(acknowledged - 1).module).ok());

  ASSERT_EQ(::unlink(Path("ballast").c_str()), 0);
  absl::StatusOr<AddAnswer> again = Add(**log, acknowledged, kRecordsPerAdd);
  for (int i = 0; i < kMaxAdds && !again.ok(); ++i) {
    again = Add(**log, acknowledged, kRecordsPerAdd);
  }
  ASSERT_TRUE(again.ok()) << again.status();
  for (std::uint64_t i = 0; i < kRecordsPerAdd; ++i) {
    EXPECT_EQ(again->results[i].number, acknowledged + i);
  }
  acknowledged += kRecordsPerAdd;
  EXPECT_EQ((*log)->stats().writer, absl::OkStatus());

  log->reset();
  log = OpenLog(/*create=*/false);
  ASSERT_TRUE(log.ok()) << log.status();
  for (std::uint64_t number = 0; number < acknowledged; ++number) {
    EXPECT_EQ((*log)->reader().Lookup(MakeRecord(number).module)->number, number);
  }
}

TEST_F(FullDisk, IsAClearErrorForALogThatStarts) {
  {
    auto log = OpenLog(/*create=*/true, "second");
    ASSERT_TRUE(log.ok()) << log.status();
    ASSERT_TRUE(Add(**log, 0, kRecordsPerAdd).ok());
  }
  FillDisk("ballast");
  const absl::Status full = OpenLog(/*create=*/false, "second").status();
  EXPECT_TRUE(absl::IsResourceExhausted(full)) << full;
  EXPECT_THAT(std::string(full.message()), ::testing::HasSubstr("make room"));

  ASSERT_EQ(::unlink(Path("ballast").c_str()), 0);
  const auto log = OpenLog(/*create=*/false, "second");
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->reader().Newest()->signed_head.head.size, kRecordsPerAdd);
}

}  // namespace
}  // namespace sumlog::log
