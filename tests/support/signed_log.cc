#include "support/signed_log.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "sumlog/gosum/record.h"
#include "sumlog/tlog/tree_head.h"
#include "support/batch_builder.h"
#include "support/small_sumdb.h"

namespace sumlog::testing {

SignedLog::SignedLog(storage::LogStore& store)
    : store_(store), signer_(TestSigner(kSignedLogName)) {
  storage::CommitBatch batch;
  batch.expect_new_store = true;
  Commit(std::move(batch));
}

void SignedLog::Commit(storage::CommitBatch batch) {
  ++commits_;
  const tlog::TreeHead head{.size = edge_.size(), .root = edge_.Root()};
  const absl::StatusOr<tlog::SignedTreeHead> signed_head =
      tlog::SignTreeHead(head, absl::MakeConstSpan(&signer_, 1));
  CHECK(signed_head.ok());
  batch.head = {.size = head.size,
                .note = signed_head->note,
                .signed_at = absl::FromUnixSeconds(1'700'000'000 + commits_)};
  // Many records at once the way an import has it, few the way a single add has it.
  const absl::Status status =
      batch.records.size() > 1000 ? store_.CommitBulk(batch) : store_.Commit(batch);
  CHECK(status.ok());
}

void SignedLog::Append(const std::vector<std::string>& texts) {
  storage::CommitBatch batch;
  batch.expected_size = edge_.size();
  std::vector<tlog::Hash> leaves;
  for (const std::string& text : texts) {
    const absl::StatusOr<gosum::Record> record = gosum::ParseRecordText(text);
    if (record.ok()) {
      batch.index.push_back(
          {.key = record->module.ToString(), .number = edge_.size() + batch.records.size()});
    }
    batch.records.Append(text);
    leaves.push_back(tlog::LeafHash(text));
  }
  batch.provenance.push_back(
      {.first = edge_.size(),
       .provenance = {.how = "import",
                      .from = absl::StrCat("file-", commits_, ".sum"),
                      .when = absl::FromUnixSeconds(1'600'000'000 + commits_)}});
  batch.tiles = edge_.Append(leaves);
  Commit(std::move(batch));
}

void SignedLog::AppendMadeUp(std::uint64_t count) {
  std::vector<std::string> texts;
  for (std::uint64_t i = 0; i < count; ++i) texts.push_back(TestRecord(size() + i));
  if (!texts.empty()) Append(texts);
}

}  // namespace sumlog::testing
