// Goal: a tree of files answers a client as a server does, for every record; it is the same for the
// same head, and there as a whole or not at all.
// Method: our own verifying client over the files; the whole tree compared by name and content.

#include "mirror/static_tree.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "client/file_fetcher.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/sync.h"
#include "storage/memory/memory_store.h"
#include "sumlog/gosum/record.h"
#include "support/batch_builder.h"
#include "support/fake_clock.h"
#include "support/small_sumdb.h"
#include "support/temp_folder.h"

namespace sumlog::mirror {
namespace {

constexpr std::uint64_t kSize = 700;

class StaticTreeTest : public ::testing::Test {
 protected:
  StaticTreeTest() {
    log_.AppendMadeUp(kSize - 3);
    log_.Append(testing::TestRecord(5));  // a second one
    log_.Append("odd\n");
    log_.Append(gosum::FormatRecordText(capital_));
    const auto client = client::SumdbClient::Create({.key = signer_.verifier(), .fetcher = &log_});
    EXPECT_TRUE(
        Sync({.store = store_.get(), .client = client.get(), .fetcher = &log_, .from = "a test"})
            .ok());
  }

  absl::StatusOr<StaticTreeReport> Write(const std::string& name,
                                         std::function<absl::Status(std::uint64_t)> watch = {}) {
    return WriteStaticTree({.store = store_.get(),
                            .head = *store_->SignedHead(),
                            .log_name = "sum.example.com",
                            .folder = Path(name),
                            .is_blocked = is_blocked_,
                            .watch = std::move(watch)});
  }

  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }

  std::map<std::string, std::string> FilesBelow(const std::string& folder) const {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      files[std::filesystem::relative(entry.path(), folder)] = *ReadFile(entry.path(), 1 << 24);
    }
    return files;
  }

  std::function<bool(absl::string_view)> is_blocked_;
  const gosum::Record capital_ = {
      .module = {.path = "github.com/Azure/lib", .version = "v1.0.0-RC1"},
      .zip_hash = absl::StrCat("h1:", tlog::FormatHash(tlog::LeafHash("zip"))),
      .mod_hash = absl::StrCat("h1:", tlog::FormatHash(tlog::LeafHash("mod")))};
  const tlog::Signer signer_ = testing::TestSigner("sum.example.com");
  const testing::TempFolder folder_;
  testing::SmallSumdb log_{signer_};
  const std::unique_ptr<storage::LogStore> store_ = storage::NewMemoryStore();
};

TEST_F(StaticTreeTest, AnswersForEveryRecord) {
  const auto report = Write("web");
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->path, Path("web/sumdb/sum.example.com"));
  EXPECT_EQ(report->lookups, kSize - 2);
  EXPECT_EQ(report->records_without, 2u);
  const auto files = client::NewFileFetcher(report->path);
  const auto client =
      client::SumdbClient::Create({.key = signer_.verifier(), .fetcher = files.get()});
  for (std::uint64_t number = 0; number < kSize - 3; ++number) {
    const auto found = client->Lookup(testing::TestModule(number));
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(found->number, number);
    EXPECT_EQ(found->text, log_.text(number));
  }
  EXPECT_EQ(client->Lookup(capital_.module)->number, kSize - 1);
  EXPECT_EQ(*files->Fetch("/supported", 10), "");
}

TEST_F(StaticTreeTest, HasEveryTileOfTheHead) {
  const auto report = Write("web");
  ASSERT_TRUE(report.ok()) << report.status();
  const std::unique_ptr<storage::LogStore> copy = storage::NewMemoryStore();
  const auto files = client::NewFileFetcher(report->path);
  const auto client =
      client::SumdbClient::Create({.key = signer_.verifier(), .fetcher = files.get()});
  const auto synced =
      Sync({.store = copy.get(), .client = client.get(), .fetcher = files.get(), .from = "files"});
  ASSERT_TRUE(synced.ok()) << synced.status();
  EXPECT_TRUE(synced->complete);
  EXPECT_EQ(synced->end, kSize);
  EXPECT_EQ(FilesBelow(report->path + "/tile").size(), report->tiles);
}

TEST_F(StaticTreeTest, LooksNothingUpThatIsBlocked) {
  is_blocked_ = [](absl::string_view module) { return module == testing::TestKey(7); };
  const auto report = Write("web");
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->blocked, 1u);
  EXPECT_EQ(report->lookups, kSize - 3);
  const auto files = client::NewFileFetcher(report->path);
  const auto client =
      client::SumdbClient::Create({.key = signer_.verifier(), .fetcher = files.get()});
  EXPECT_TRUE(absl::IsNotFound(client->Lookup(testing::TestModule(7)).status()));
  EXPECT_TRUE(client->Lookup(testing::TestModule(8)).ok());
}

TEST_F(StaticTreeTest, IsTheSameForTheSameHead) {
  ASSERT_TRUE(Write("one").ok());
  ASSERT_TRUE(Write("two").ok());
  const auto files = FilesBelow(Path("one"));
  EXPECT_GT(files.size(), kSize);
  EXPECT_EQ(files, FilesBelow(Path("two")));
}

TEST_F(StaticTreeTest, IsWholeOrNotThere) {
  const auto stopped = Write("web", [](std::uint64_t records) {
    return records > 256 ? absl::CancelledError("enough") : absl::OkStatus();
  });
  EXPECT_EQ(stopped.status(), absl::CancelledError("enough"));
  EXPECT_TRUE(FilesBelow(Path("web")).empty());
  // As a kill would have left it.
  std::filesystem::create_directories(Path("web/sumdb/sum.example.com.partial/tile"));
  std::ofstream(Path("web/sumdb/sum.example.com.partial/latest")) << "half";
  ASSERT_TRUE(Write("web").ok());
  ASSERT_TRUE(Write("other").ok());
  EXPECT_EQ(FilesBelow(Path("web")), FilesBelow(Path("other")));
}

TEST_F(StaticTreeTest, LeavesATreeThatIsThereAlone) {
  std::filesystem::create_directories(Path("web/sumdb/sum.example.com"));
  std::ofstream(Path("web/sumdb/sum.example.com/latest")) << "mine";
  EXPECT_TRUE(absl::IsAlreadyExists(Write("web").status()));
  EXPECT_EQ(FilesBelow(Path("web")).size(), 1u);
}

TEST(StaticTree, OfAnEmptyLogIsAHead) {
  const testing::TempFolder folder;
  const tlog::Signer signer = testing::TestSigner("sum.example.com");
  testing::SmallSumdb log(signer);
  const std::unique_ptr<storage::LogStore> store = storage::NewMemoryStore();
  const auto client = client::SumdbClient::Create({.key = signer.verifier(), .fetcher = &log});
  ASSERT_TRUE(
      Sync({.store = store.get(), .client = client.get(), .fetcher = &log, .from = "a"}).ok());
  const auto report = WriteStaticTree({.store = store.get(),
                                       .head = *store->SignedHead(),
                                       .log_name = "sum.example.com",
                                       .folder = folder.path()});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->tiles + report->lookups, 0u);
  EXPECT_EQ(*client::NewFileFetcher(report->path)->Fetch("/latest", 1000), log.Note(0));
}

}  // namespace
}  // namespace sumlog::mirror
