// Feeds many records to a sequencer, one by one on this side and in large requests on that side: a
// commit of many costs little more than a commit of few. A few requests are under way at a time.
//
// Owned by one thread; the sequencer's completions come from another.

#ifndef SUMLOG_CLI_BULK_ADDER_H_
#define SUMLOG_CLI_BULK_ADDER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "log/sequencer.h"
#include "sumlog/gosum/record.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::cli {

// Three of these fit in the queue of a log that is opened for bulk (log_directory.h), and two make
// a full round while the third gathers.
inline constexpr std::size_t kRequestRecords = 32'768;
inline constexpr std::size_t kRequestBytes = std::size_t{32} << 20;
inline constexpr std::size_t kRequestsUnderWay = 3;

// The log holds other hashes for this module version.
struct RefusedRecord {
  gosum::Record offered;
  log::AddResult result;
  std::string from;  // of its provenance
};

class BulkAdder {
 public:
  // Keeps a pointer to `sequencer`, which must outlive this object. `refused` is called on the
  // owner's thread, from Add, Flush and Wait.
  BulkAdder(log::Sequencer* sequencer, std::function<void(const RefusedRecord&)> refused)
      : sequencer_(sequencer), refused_(std::move(refused)) {}

  // Waits for what is under way; what was not handed over yet is dropped.
  ~BulkAdder();
  BulkAdder(const BulkAdder&) = delete;
  BulkAdder& operator=(const BulkAdder&) = delete;

  // Takes one record, and hands a request over when that makes it full; then waits while too many
  // are under way. An error (Sequencer::Add has the codes) may be that of an earlier request; after
  // it nothing more is handed over.
  absl::Status Add(gosum::Record record, const storage::Provenance& provenance);

  // Hands over what was taken.
  absl::Status Flush();

  // Waits until all that was handed over is done; its first error.
  absl::Status Wait();

  // What is durable and published so far.
  std::uint64_t appended() const { return appended_; }
  std::uint64_t already_there() const { return already_there_; }
  std::uint64_t refused() const { return refused_count_; }
  std::uint64_t tree_size() const { return tree_size_; }  // 0 before the first answer

 private:
  struct Finished {
    storage::PackedTexts texts;
    std::string from;
    absl::StatusOr<log::AddAnswer> answer;
  };

  // Waits until at most `count` requests are under way, and counts what has finished.
  absl::Status WaitUntilUnderWay(std::size_t count);
  void Count(const Finished& finished);

  // Constant after construction.
  log::Sequencer* const sequencer_;
  const std::function<void(const RefusedRecord&)> refused_;

  // Owned by the owner's thread.
  log::AddRequest request_;     // taken and not handed over yet
  storage::PackedTexts texts_;  // of its records
  absl::Status error_;
  std::uint64_t appended_ = 0, already_there_ = 0, refused_count_ = 0, tree_size_ = 0;

  Mutex mu_;
  CondVar finished_one_;

  // Guarded by mu_.
  std::size_t under_way_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<Finished> finished_ ABSL_GUARDED_BY(mu_);
};

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_BULK_ADDER_H_
