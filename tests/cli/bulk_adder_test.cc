// Goal: BulkAdder hands records over in large requests whatever pieces they come in, never mixes
// provenances, and counts what became of each.
// Method: a sequencer that answers at once and keeps what it was asked.

#include "cli/bulk_adder.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sumlog::cli {
namespace {

using ::testing::ElementsAre;

constexpr char kHash[] = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

gosum::Record RecordOf(std::size_t i) {
  return {.module = {.path = absl::StrCat("example.com/m", i), .version = "v1.0.0"},
          .zip_hash = kHash,
          .mod_hash = kHash};
}

// Appends everything but what it was told to refuse, and keeps the sizes and origins of requests.
class InstantSequencer final : public log::Sequencer {
 public:
  void Add(log::AddRequest request, log::AddDone done) override {
    request_sizes.push_back(request.records.size());
    origins.push_back(request.provenance.from);
    if (!failure.ok()) return done(failure);
    log::AddAnswer answer{.results = {}, .head = std::make_shared<const log::PublishedHead>()};
    for (const gosum::Record& record : request.records) {
      const bool conflict = record.module.path == refused_path;
      answer.results.push_back({.outcome = conflict ? log::AddResult::Outcome::kConflict
                                                    : log::AddResult::Outcome::kAppended,
                                .number = 0,
                                .evidence_id = {}});
    }
    done(std::move(answer));
  }

  std::string refused_path;
  absl::Status failure;
  std::vector<std::size_t> request_sizes;
  std::vector<std::string> origins;
};

storage::Provenance From(const std::string& file) {
  return {.how = "import", .from = file, .when = absl::UnixEpoch()};
}

void IgnoreRefused(const RefusedRecord&) {}

TEST(BulkAdder, FillsRequestsWhateverPiecesTheRecordsComeIn) {
  InstantSequencer sequencer;
  BulkAdder adder(&sequencer, IgnoreRefused);
  const std::size_t count = 2 * kRequestRecords + 3;
  for (std::size_t i = 0; i < count; ++i) ASSERT_TRUE(adder.Add(RecordOf(i), From("a")).ok());
  EXPECT_THAT(sequencer.request_sizes, ElementsAre(kRequestRecords, kRequestRecords));
  ASSERT_TRUE(adder.Flush().ok());
  ASSERT_TRUE(adder.Wait().ok());
  EXPECT_THAT(sequencer.request_sizes, ElementsAre(kRequestRecords, kRequestRecords, 3));
  EXPECT_EQ(adder.appended(), count);
}

TEST(BulkAdder, NeverMixesProvenancesInOneRequest) {
  InstantSequencer sequencer;
  BulkAdder adder(&sequencer, IgnoreRefused);
  ASSERT_TRUE(adder.Add(RecordOf(0), From("a")).ok());
  ASSERT_TRUE(adder.Add(RecordOf(1), From("b")).ok());
  ASSERT_TRUE(adder.Add(RecordOf(2), From("b")).ok());
  ASSERT_TRUE(adder.Flush().ok());
  EXPECT_THAT(sequencer.request_sizes, ElementsAre(1, 2));
  EXPECT_THAT(sequencer.origins, ElementsAre("a", "b"));
}

TEST(BulkAdder, SaysWhichRecordWasRefused) {
  InstantSequencer sequencer;
  sequencer.refused_path = "example.com/m1";
  std::vector<std::string> refused;
  BulkAdder adder(&sequencer, [&](const RefusedRecord& record) {
    refused.push_back(absl::StrCat(record.offered.module.path, " from ", record.from));
  });
  for (std::size_t i = 0; i < 3; ++i) ASSERT_TRUE(adder.Add(RecordOf(i), From("a")).ok());
  ASSERT_TRUE(adder.Flush().ok());
  ASSERT_TRUE(adder.Wait().ok());
  EXPECT_THAT(refused, ElementsAre("example.com/m1 from a"));
  EXPECT_EQ(adder.appended(), 2);
  EXPECT_EQ(adder.refused(), 1);
}

TEST(BulkAdder, HandsNothingOverAfterAnError) {
  InstantSequencer sequencer;
  sequencer.failure = absl::UnavailableError("the disk is gone");
  BulkAdder adder(&sequencer, IgnoreRefused);
  ASSERT_TRUE(adder.Add(RecordOf(0), From("a")).ok());
  ASSERT_TRUE(adder.Flush().ok());  // its own answer is counted by the next call
  ASSERT_TRUE(adder.Add(RecordOf(1), From("a")).ok());
  EXPECT_EQ(adder.Flush(), sequencer.failure);
  EXPECT_EQ(adder.Wait(), sequencer.failure);
  EXPECT_THAT(sequencer.request_sizes, ElementsAre(1));
}

}  // namespace
}  // namespace sumlog::cli
