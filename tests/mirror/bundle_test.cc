// Goal: a mirror that is fed with bundles ends where one with a network does; the same range gives
// the same bytes; and no bit of a bundle can change unseen.
// Method: bundles of a small log, taken in by Sync from every size that a mirror may have.

#include "mirror/bundle.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/bundle_writer.h"
#include "mirror/sync.h"
#include "storage/memory/memory_store.h"
#include "sumlog/tlog/consistency.h"
#include "support/fake_clock.h"
#include "support/small_sumdb.h"
#include "support/temp_folder.h"

namespace sumlog::mirror {
namespace {

using ::sumlog::testing::SmallSumdb;
using ::testing::HasSubstr;

class BundleTest : public ::testing::Test {
 protected:
  // Brings `store` to the newest head of `fetcher`.
  absl::StatusOr<SyncReport> Take(storage::LogStore& store, client::Fetcher& fetcher) {
    const auto client =
        client::SumdbClient::Create({.key = signer_.verifier(), .fetcher = &fetcher});
    return Sync({.store = &store,
                 .client = client.get(),
                 .fetcher = &fetcher,
                 .clock = &clock_,
                 .from = "a test",
                 .tiles_at_once = 2,
                 .piece_records = 512});
  }

  // Lets the log grow to `size`, and the mirror with a network follow it.
  void GrowTo(std::uint64_t size) {
    log_.AppendMadeUp(size - log_.size());
    ASSERT_TRUE(Take(*online_, log_).ok());
  }

  absl::StatusOr<BundleManifest> Write(const std::string& name, std::uint64_t from) {
    return WriteBundle(Path(name), {.store = online_.get(),
                                    .head = *online_->SignedHead(),
                                    .log_name = "sum.example.com",
                                    .from = from});
  }

  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }
  std::string BytesOf(const std::string& name) const { return *ReadFile(Path(name), 64u << 20); }

  const tlog::Signer signer_ = testing::TestSigner("sum.example.com");
  const testing::TempFolder folder_;
  testing::FakeClock clock_;
  SmallSumdb log_{signer_};
  std::unique_ptr<storage::LogStore> online_ = storage::NewMemoryStore();
};

TEST_F(BundleTest, FeedsAMirrorWithoutANetwork) {
  const std::unique_ptr<storage::LogStore> offline = storage::NewMemoryStore();
  std::uint64_t from = 0;
  for (const std::uint64_t size : {1u, 255u, 256u, 700u, 701u, 1536u, 2100u}) {
    SCOPED_TRACE(size);
    GrowTo(size);
    const auto written = Write(absl::StrCat(size), from);
    ASSERT_TRUE(written.ok()) << written.status();
    const auto bundle = Bundle::Open(Path(absl::StrCat(size)));
    ASSERT_TRUE(bundle.ok()) << bundle.status();
    EXPECT_EQ((*bundle)->manifest(), *written);
    EXPECT_EQ(written->from, from);
    EXPECT_EQ(written->to, size);
    for (int times = 0; times < 2; ++times) {  // twice changes nothing
      const auto report = Take(*offline, **bundle);
      ASSERT_TRUE(report.ok()) << report.status();
      EXPECT_TRUE(report->complete);
      EXPECT_EQ(*offline->SignedHead(), *online_->SignedHead());
    }
    from = size;
  }
  for (std::uint64_t number = 0; number < 2100; ++number) {
    ASSERT_EQ(*offline->Record(number), log_.text(number));
  }
}

TEST_F(BundleTest, FeedsAMirrorThatIsAnywhereInItsRange) {
  GrowTo(300);
  const std::uint64_t from = 300;
  GrowTo(2100);
  ASSERT_TRUE(Write("bundle", from).ok());
  const auto bundle = Bundle::Open(Path("bundle"));
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  for (const std::uint64_t size : {300u, 301u, 511u, 512u, 513u, 1000u, 1792u, 2099u, 2100u}) {
    SCOPED_TRACE(size);
    const std::unique_ptr<storage::LogStore> offline = storage::NewMemoryStore();
    log_.AnswerWithHeadOf(size);
    ASSERT_TRUE(Take(*offline, log_).ok());
    const auto report = Take(*offline, **bundle);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->begin, size);
    EXPECT_EQ(offline->SignedHead()->note, log_.Note(2100));
  }
}

TEST_F(BundleTest, DoesNotFeedAMirrorThatLacksWhatIsBeforeIt) {
  GrowTo(2100);
  ASSERT_TRUE(Write("bundle", 600).ok());
  const auto bundle = Bundle::Open(Path("bundle"));
  ASSERT_TRUE(bundle.ok());
  const std::unique_ptr<storage::LogStore> offline = storage::NewMemoryStore();
  EXPECT_TRUE(absl::IsUnavailable(Take(*offline, **bundle).status()));
  EXPECT_TRUE(absl::IsNotFound(offline->SignedHead().status()));
}

TEST_F(BundleTest, ProvesThatItGoesOnFromWhereItSays) {
  GrowTo(300);
  const std::string older = log_.Note(300);
  GrowTo(2100);
  const auto manifest = Write("bundle", 300);
  ASSERT_TRUE(manifest.ok());
  const auto head_of = [&](const std::string& note) {
    return tlog::OpenTreeHead(note, {signer_.verifier()})->head;
  };
  EXPECT_EQ(tlog::VerifyConsistency(head_of(older), head_of(log_.Note(2100)), manifest->proof),
            absl::OkStatus());
}

TEST_F(BundleTest, IsTheSameForTheSameRange) {
  GrowTo(1300);
  ASSERT_TRUE(Write("one", 256).ok());
  clock_.Advance(absl::Hours(1));
  ASSERT_TRUE(Write("two", 256).ok());
  EXPECT_EQ(BytesOf("one"), BytesOf("two"));
}

TEST_F(BundleTest, IsSmall) {
  GrowTo(256 * 40);
  ASSERT_TRUE(Write("whole", 0).ok());
  GrowTo(256 * 40 + 10);
  ASSERT_TRUE(Write("delta", 256 * 40).ok());
  EXPECT_LT(BytesOf("whole").size(), 256u * 40 * 110);
  EXPECT_LT(BytesOf("delta").size(), 8u * 1024);
}

TEST_F(BundleTest, FindsEveryFlippedBit) {
  GrowTo(300);
  ASSERT_TRUE(Write("bundle", 250).ok());
  const std::string bytes = BytesOf("bundle");
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string flipped = bytes;
    flipped[i] ^= static_cast<char>(1 << i % 8);
    std::ofstream(Path("flipped"), std::ios::binary | std::ios::trunc) << flipped;
    const auto opened = Bundle::Open(Path("flipped"));
    ASSERT_FALSE(opened.ok()) << "byte " << i;
    EXPECT_TRUE(absl::IsInvalidArgument(opened.status())) << opened.status();
  }
}

TEST_F(BundleTest, FindsThatItWasCutOrIsNone) {
  GrowTo(300);
  ASSERT_TRUE(Write("bundle", 0).ok());
  const std::string bytes = BytesOf("bundle");
  for (const std::string& content :
       {std::string(), std::string("short"), bytes.substr(0, bytes.size() - 1),
        bytes.substr(0, bytes.size() / 2), bytes + "x", std::string(5000, '\0')}) {
    std::ofstream(Path("other"), std::ios::binary | std::ios::trunc) << content;
    const auto opened = Bundle::Open(Path("other"));
    EXPECT_TRUE(absl::IsInvalidArgument(opened.status())) << opened.status();
    EXPECT_THAT(std::string(opened.status().message()), HasSubstr("no bundle"));
  }
  EXPECT_TRUE(absl::IsNotFound(Bundle::Open(Path("nowhere")).status()));
}

TEST_F(BundleTest, LeavesWhatIsThereAlone) {
  GrowTo(300);
  std::ofstream(Path("bundle")) << "mine";
  EXPECT_TRUE(absl::IsAlreadyExists(Write("bundle", 0).status()));
  EXPECT_EQ(BytesOf("bundle"), "mine");
  EXPECT_TRUE(absl::IsInvalidArgument(Write("beyond", 301).status()));
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    if (entry.is_regular_file()) ++files;
  }
  EXPECT_EQ(files, 1u);
}

TEST(BundleManifest, AcceptsExactlyWhatItWrites) {
  const BundleManifest manifest{
      .log_name = "sum.example.com", .from = 5, .to = 9, .proof = {tlog::LeafHash("a")}};
  const std::string text = FormatManifest(manifest);
  EXPECT_EQ(*ParseManifest(text), manifest);
  for (const std::string& bad :
       {std::string(), text + "\n", text + "more 1\n", "x" + text, text.substr(0, text.size() - 1),
        std::string("sumlog bundle 1\nlog \nfrom 0\nto 0\n"),
        std::string("sumlog bundle 1\nlog a\nfrom 2\nto 1\n"),
        std::string("sumlog bundle 1\nlog a\nfrom 01\nto 1\n"),
        std::string("sumlog bundle 1\nlog a\nto 1\nfrom 0\n"),
        std::string("sumlog bundle 2\nlog a\nfrom 0\nto 1\n")}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseManifest(bad).status())) << bad;
  }
}

}  // namespace
}  // namespace sumlog::mirror
