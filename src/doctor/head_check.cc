#include "doctor/head_check.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace sumlog::doctor {
namespace {

constexpr std::size_t kHeadsPerPage = 256;

std::string HeadName(std::uint64_t size) {
  return absl::StrCat("signed head of ", size, " records");
}

// What a head states, whoever signed it.
std::optional<tlog::TreeHead> StatedHead(absl::string_view note) {
  const std::size_t end = note.rfind("\n\n");
  if (end == absl::string_view::npos) return std::nullopt;
  const absl::StatusOr<tlog::TreeHead> head = tlog::ParseTreeHead(note.substr(0, end + 1));
  if (!head.ok()) return std::nullopt;
  return *head;
}

// Opens a stored head and names what is wrong with it. Nothing when it is not validly signed.
std::optional<tlog::TreeHead> OpenStoredHead(const storage::StoredHead& stored,
                                             const std::vector<tlog::VerifierKey>& keys,
                                             ProblemList& problems) {
  const absl::StatusOr<tlog::SignedTreeHead> opened = tlog::OpenTreeHead(stored.note, keys);
  if (!opened.ok()) {
    problems.Add(HeadName(stored.size), absl::IsNotFound(opened.status())
                                            ? "is not signed by any key of the log"
                                            : std::string(opened.status().message()));
    return std::nullopt;
  }
  return opened->head;
}

void CheckStatedSize(const storage::StoredHead& stored, const tlog::TreeHead& head,
                     ProblemList& problems) {
  if (head.size == stored.size) return;
  problems.Add(HeadName(stored.size),
               absl::StrCat("states ", head.size, " records, is kept as one of ", stored.size));
}

}  // namespace

std::optional<tlog::TreeHead> CheckNewestHead(const storage::StoredHead& newest,
                                              const std::vector<tlog::VerifierKey>& keys,
                                              ProblemList& problems) {
  std::optional<tlog::TreeHead> head = OpenStoredHead(newest, keys, problems);
  problems.SetSignatureValid(head.has_value());
  if (!head.has_value()) head = StatedHead(newest.note);
  if (head.has_value()) CheckStatedSize(newest, *head, problems);
  return head;
}

absl::Status HeadHistory::FillPage() {
  if (next_size_ > newest_.size) at_end_ = true;
  if (!page_.empty() || at_end_) return absl::OkStatus();
  absl::StatusOr<std::vector<storage::StoredHead>> heads =
      store_.SignedHeads(next_size_, newest_.size, kHeadsPerPage);
  if (!heads.ok()) {
    at_end_ = true;
    return problems_.NoteFailedRead(
        absl::StrCat("history of signed heads from ", next_size_, " records on"), heads.status());
  }
  for (storage::StoredHead& head : *heads) {
    // Ascending sizes bound this loop and the pages, whatever the store says.
    if (head.size < next_size_ || head.size > newest_.size) {
      problems_.Add(HeadName(head.size), "is out of order in the history");
      at_end_ = true;
      return absl::OkStatus();
    }
    next_size_ = head.size + 1;
    page_.push_back(std::move(head));
  }
  if (heads->size() < kHeadsPerPage) at_end_ = true;
  return absl::OkStatus();
}

absl::Status HeadHistory::CheckUpTo(
    std::uint64_t max_size,
    const std::function<std::optional<tlog::Hash>(std::uint64_t size)>& root_of) {
  while (true) {
    RETURN_IF_ERROR(FillPage());
    if (page_.empty() || page_.front().size > max_size) return absl::OkStatus();
    const storage::StoredHead& head = page_.front();
    if (head != newest_) Check(head, root_of(head.size));
    page_.pop_front();
  }
}

void HeadHistory::Check(const storage::StoredHead& stored, const std::optional<tlog::Hash>& root) {
  const std::optional<tlog::TreeHead> head = OpenStoredHead(stored, keys_, problems_);
  if (!head.has_value()) return;
  CheckStatedSize(stored, *head, problems_);
  if (head->size != stored.size || !root.has_value() || head->root == *root) return;
  problems_.AddSignedContradiction(
      HeadName(stored.size),
      absl::StrCat("has root ", tlog::FormatHash(head->root), ", its records have root ",
                   tlog::FormatHash(*root), ": two histories are signed"));
}

}  // namespace sumlog::doctor
