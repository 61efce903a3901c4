// A checksum database in memory that answers a client in process, and lies as a test tells it to.
//
// Record number n is testing::TestRecord(n), of the module testing::TestModule(n), unless Append is
// given other texts. Honest until told otherwise. Not safe to change while it is being asked.

#ifndef SUMLOG_TESTS_SUPPORT_SMALL_SUMDB_H_
#define SUMLOG_TESTS_SUPPORT_SMALL_SUMDB_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "sumlog/client/sumdb_client.h"
#include "sumlog/gosum/module_version.h"
#include "sumlog/tlog/note.h"
#include "sumlog/tlog/tree_edge.h"

namespace sumlog::testing {

// "example.com/m<number>" at v1.0.0.
gosum::ModuleVersion TestModule(std::uint64_t number);

// The key pair of a name, always the same one.
tlog::Signer TestSigner(absl::string_view name);

class SmallSumdb final : public client::Fetcher {
 public:
  // What becomes of a true answer on its way to the client.
  using OnTheWay = std::function<absl::StatusOr<std::string>(const std::string& path,
                                                             absl::StatusOr<std::string> answer)>;

  explicit SmallSumdb(tlog::Signer signer) : signer_(std::move(signer)) {}

  void Append(const std::string& text);
  void AppendMadeUp(std::uint64_t count);

  // The answers' head is that of the first `size` records from now on.
  void AnswerWithHeadOf(std::uint64_t size) { answered_size_ = size; }
  // /lookup of any module gives this record.
  void AnswerEveryLookupWith(std::uint64_t number) { forced_number_ = number; }
  void HavePartialTiles(bool have) { have_partial_tiles_ = have; }
  void Damage(OnTheWay on_the_way) { on_the_way_ = std::move(on_the_way); }

  absl::StatusOr<std::string> Fetch(absl::string_view path, std::size_t max_bytes) override;

  std::string Note(std::uint64_t size) const;
  std::uint64_t size() const { return edge_.size(); }
  const std::string& text(std::uint64_t number) const { return texts_[number]; }
  // Paths asked for since the last call, in order.
  std::vector<std::string> TakeAsked();

 private:
  absl::StatusOr<std::string> TrueAnswer(absl::string_view path) const;
  absl::StatusOr<std::string> TrueLookup(absl::string_view escaped) const;
  absl::StatusOr<std::string> TrueTile(absl::string_view path) const;

  const tlog::Signer signer_;
  std::vector<std::string> texts_;
  tlog::TreeEdge edge_;
  std::vector<tlog::Hash> roots_ = {tlog::EmptyRoot()};  // by size
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::vector<tlog::Hash>> tiles_;

  std::uint64_t answered_size_ = ~std::uint64_t{0};
  std::uint64_t forced_number_ = ~std::uint64_t{0};
  bool have_partial_tiles_ = true;
  OnTheWay on_the_way_;

  Mutex mu_;
  std::vector<std::string> asked_ ABSL_GUARDED_BY(mu_);
};

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_SUPPORT_SMALL_SUMDB_H_
