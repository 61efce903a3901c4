#include "support/batch_builder.h"

#include "absl/strings/str_cat.h"
#include "sumlog/tlog/hash.h"

namespace sumlog::testing {

std::string TestKey(std::uint64_t number) {
  return absl::StrCat("example.com/m", number, "@v1.0.0");
}

std::string TestRecord(std::uint64_t number) {
  const std::string zip_hash = tlog::FormatHash(tlog::LeafHash(absl::StrCat("zip ", number)));
  const std::string mod_hash = tlog::FormatHash(tlog::LeafHash(absl::StrCat("mod ", number)));
  return absl::StrCat("example.com/m", number, " v1.0.0 h1:", zip_hash, "\nexample.com/m", number,
                      " v1.0.0/go.mod h1:", mod_hash, "\n");
}

storage::StoredHead BatchBuilder::MakeHead() {
  ++batches_;
  return {
      .size = edge_.size(),
      .note = absl::StrCat("go.sum database tree\n", edge_.size(), "\n",
                           tlog::FormatHash(edge_.Root()), "\n\n— example.com ", batches_, "\n"),
      .signed_at = absl::FromUnixMicros(1'700'000'000'000'000) +
                   absl::Seconds(static_cast<std::int64_t>(batches_))};
}

storage::CommitBatch BatchBuilder::First() {
  storage::CommitBatch batch;
  batch.expect_new_store = true;
  batch.head = MakeHead();
  return batch;
}

storage::CommitBatch BatchBuilder::Next(const std::vector<std::string>& texts) {
  storage::CommitBatch batch;
  batch.expected_size = edge_.size();
  std::vector<absl::string_view> views;
  for (const std::string& text : texts) {
    batch.index.push_back({.key = TestKey(edge_.size() + batch.records.size()),
                           .number = edge_.size() + batch.records.size()});
    batch.records.Append(text);
    views.emplace_back(text);
  }
  std::vector<tlog::Hash> leaves(views.size());
  tlog::LeafHashes(views, absl::MakeSpan(leaves));
  if (!texts.empty()) {
    batch.provenance.push_back(
        {.first = edge_.size(),
         .provenance = {
             .how = "import",
             .from = absl::StrCat("batch-", batches_, ".sum"),
             .when = absl::FromUnixSeconds(1'600'000'000 + static_cast<std::int64_t>(batches_))}});
  }
  batch.tiles = edge_.Append(leaves);
  batch.head = MakeHead();
  return batch;
}

storage::CommitBatch BatchBuilder::NextMadeUp(std::uint64_t count) {
  std::vector<std::string> texts;
  texts.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) texts.push_back(TestRecord(edge_.size() + i));
  return Next(texts);
}

}  // namespace sumlog::testing
