// Goal: of a mirror's store exactly that is served which its signer's newest head covers, from the
// first such head on, and never less than before.
// Method: a store that is filled piece by piece, with and without the signed head that ends them;
// heads that the key has not signed, or that the records do not lead to.

#include "log/followed_log.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/fake_clock.h"
#include "support/mirrored_store.h"
#include "support/small_sumdb.h"

namespace sumlog::log {
namespace {

using ::sumlog::testing::TestModule;
using ::sumlog::testing::TestRecord;
using ::testing::HasSubstr;

class FollowedLogTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<FollowedLog>> Open() {
    return FollowedLog::Open({.store = store_.get(), .key = signer_.verifier(), .clock = &clock_});
  }

  const tlog::Signer signer_ = testing::TestSigner("sum.example.com");
  testing::MirroredStore store_{signer_};
  testing::FakeClock clock_;
};

TEST_F(FollowedLogTest, HasNoReaderBeforeTheFirstSignedHead) {
  const auto log = Open();
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->reader(), nullptr);
  store_.AddPiece(300);
  EXPECT_EQ((*log)->Renew(), absl::OkStatus());
  EXPECT_EQ((*log)->reader(), nullptr);
  store_.AddSigned(100);
  EXPECT_EQ((*log)->Renew(), absl::OkStatus());
  ASSERT_NE((*log)->reader(), nullptr);
  EXPECT_EQ((*log)->reader()->Newest()->signed_head.note, store_.Note());
}

TEST_F(FollowedLogTest, ServesTheSignedHeadAndNothingBeyondIt) {
  store_.AddSigned(300);
  const std::string note = store_.Note();
  const std::vector<tlog::Hash> edge = *(*store_).HashTile(0, 1);
  ASSERT_EQ(edge.size(), 44u);
  store_.AddPiece(512);
  const auto log = Open();
  ASSERT_TRUE(log.ok()) << log.status();
  const LogReader& reader = *(*log)->reader();
  EXPECT_EQ(reader.Newest()->signed_head.note, note);
  EXPECT_EQ(*reader.HashTile({.level = 0, .index = 1, .width = 44}), edge);
  EXPECT_EQ(reader.DataTile({.kind = tlog::TileId::Kind::kData, .index = 1, .width = 44})->size(),
            44u);
  EXPECT_EQ(reader.Lookup(TestModule(299))->record_text, TestRecord(299));
  EXPECT_TRUE(absl::IsNotFound(reader.HashTile({.level = 0, .index = 1, .width = 45}).status()));
  EXPECT_TRUE(absl::IsNotFound(
      reader.DataTile({.kind = tlog::TileId::Kind::kData, .index = 1, .width = 45}).status()));
  EXPECT_TRUE(absl::IsNotFound(reader.Lookup(TestModule(300)).status()));
}

TEST_F(FollowedLogTest, KeepsItsReaderWhenTheHeadIsRenewed) {
  store_.AddSigned(10);
  const auto log = Open();
  ASSERT_TRUE(log.ok()) << log.status();
  const LogReader* const reader = (*log)->reader();
  store_.AddSigned(500);
  EXPECT_EQ(reader->Newest()->signed_head.head.size, 10u);
  EXPECT_EQ((*log)->Renew(), absl::OkStatus());
  EXPECT_EQ((*log)->Renew(), absl::OkStatus());  // nothing new
  EXPECT_EQ((*log)->reader(), reader);
  EXPECT_EQ(reader->Newest()->signed_head.note, store_.Note());
  EXPECT_EQ(reader->Lookup(TestModule(509))->head->signed_head.note, store_.Note());
}

TEST_F(FollowedLogTest, ServesALogWithoutRecords) {
  store_.AddSigned(0);
  const auto log = Open();
  ASSERT_TRUE(log.ok()) << log.status();
  ASSERT_NE((*log)->reader(), nullptr);
  EXPECT_EQ((*log)->reader()->Newest()->signed_head.head.size, 0u);
}

TEST_F(FollowedLogTest, AnswersWithTheFirstRecordOfAVersion) {
  store_.AddSigned(5);
  store_.AddOdd("example.com/m3 v1.0.0 h1:another\n", {"example.com/m3@v1.0.0"});
  const auto log = Open();
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->reader()->Lookup(TestModule(3))->number, 3u);
}

TEST_F(FollowedLogTest, ServesTilesWithRecordsAboutNoModuleVersion) {
  store_.AddSigned(1);
  store_.AddOdd("no record at all\n", {});
  store_.AddSigned(1);
  const auto log = Open();
  ASSERT_TRUE(log.ok()) << log.status();
  const auto tile =
      (*log)->reader()->DataTile({.kind = tlog::TileId::Kind::kData, .index = 0, .width = 3});
  ASSERT_TRUE(tile.ok()) << tile.status();
  EXPECT_EQ((*tile)[1], "no record at all\n");
  EXPECT_EQ((*log)->reader()->Lookup(TestModule(2))->number, 2u);
}

TEST_F(FollowedLogTest, RefusesAHeadOfAnotherKey) {
  store_.AddSigned(3);
  const tlog::Signer other = *tlog::Signer::FromSeed("sum.example.com", tlog::Ed25519Seed{9});
  const auto log =
      FollowedLog::Open({.store = store_.get(), .key = other.verifier(), .clock = &clock_});
  EXPECT_TRUE(absl::IsDataLoss(log.status())) << log.status();
}

TEST_F(FollowedLogTest, GoesOnWithWhatItServesWhenTheNewestHeadIsWrong) {
  store_.AddSigned(3);
  const std::string note = store_.Note();
  const auto log = Open();
  ASSERT_TRUE(log.ok()) << log.status();
  // The signer's own head, of other records.
  testing::SmallSumdb upstream(signer_);
  upstream.Append("another record\n");
  upstream.AppendMadeUp(6);
  store_.Commit(store_.builder().NextMadeUp(4), upstream.Note(7));
  const absl::Status status = (*log)->Renew();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("7 records"));
  EXPECT_EQ((*log)->reader()->Newest()->signed_head.note, note);
}

}  // namespace
}  // namespace sumlog::log
