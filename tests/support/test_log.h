// An origin log for tests, in a folder of its own, with every part of it in the test's hands.
//
//   TestLog log;                                        // over a memory store
//   ASSERT_TRUE(log.Open().ok());
//   log->sequencer().AddAndWait({.records = {MakeRecord(1)}, .provenance = {}});
//
// For programs that link log and storage_memory. Owned by one thread.

#ifndef SUMLOG_TESTS_SUPPORT_TEST_LOG_H_
#define SUMLOG_TESTS_SUPPORT_TEST_LOG_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "crypto/sha256.h"
#include "log/anchor.h"
#include "log/origin_log.h"
#include "storage/memory/memory_store.h"
#include "sumlog/gosum/record.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/note.h"
#include "support/failing_store.h"
#include "support/fake_clock.h"
#include "support/temp_folder.h"

namespace sumlog::testing {

// The same key for the same name and `seed`.
inline tlog::Signer MakeSigner(absl::string_view name = "sum.example.com", std::uint8_t seed = 1) {
  tlog::Ed25519Seed bytes = {};
  bytes[0] = seed;
  return *tlog::Signer::FromSeed(name, bytes);
}

// "h1:" and a hash of `text`.
inline std::string MakeH1(absl::string_view text) {
  return absl::StrCat("h1:", tlog::FormatHash(crypto::Sha256(text)));
}

// A valid record about "example.com/m<number>@v1.0.0". Another `variant` has other hashes.
inline gosum::Record MakeRecord(std::uint64_t number, absl::string_view variant = "") {
  return {.module = {.path = absl::StrCat("example.com/m", number), .version = "v1.0.0"},
          .zip_hash = MakeH1(absl::StrCat("zip ", number, variant)),
          .mod_hash = MakeH1(absl::StrCat("mod ", number, variant))};
}

inline std::vector<gosum::Record> MakeRecords(std::uint64_t first, std::uint64_t count) {
  std::vector<gosum::Record> records;
  for (std::uint64_t i = 0; i < count; ++i) records.push_back(MakeRecord(first + i));
  return records;
}

// An anchor that fails as a test says.
class FailingAnchor final : public log::Anchor {
 public:
  explicit FailingAnchor(std::unique_ptr<log::Anchor> anchor) : Anchor(std::move(*anchor)) {}

  void FailWith(absl::Status status) {
    MutexLock lock(&mu_);
    failure_ = std::move(status);
  }
  std::size_t stores() const {
    MutexLock lock(&mu_);
    return stores_;
  }

  absl::Status Store(const std::string& note) override {
    {
      MutexLock lock(&mu_);
      ++stores_;
      if (!failure_.ok()) return failure_;
    }
    return Anchor::Store(note);
  }

 private:
  mutable Mutex mu_;
  absl::Status failure_ ABSL_GUARDED_BY(mu_);
  std::size_t stores_ ABSL_GUARDED_BY(mu_) = 0;
};

class TestLog {
 public:
  TestLog() : TestLog(storage::NewMemoryStore()) {}

  // Makes the first head and the anchor when the store is new.
  explicit TestLog(std::unique_ptr<storage::LogStore> wrapped)
      : store_(std::make_unique<FailingStore>(std::move(wrapped))) {
    options.signers = {MakeSigner()};
    options.clock = &clock;
    if (absl::IsNotFound(store_->SignedHead().status())) {
      const auto note = log::OriginLog::CreateFirstHead(*store_, options.signers, &clock);
      CHECK(note.ok());
      CHECK(log::Anchor::Create(anchor_path(), *note).ok());
    }
  }

  std::string anchor_path() const { return folder.path() + "/anchor"; }
  std::string evidence_dir() const { return folder.path() + "/evidence"; }

  // Opens with `options`, once. Its store, anchor and evidence_dir are filled in.
  absl::Status Open() {
    absl::StatusOr<std::unique_ptr<log::Anchor>> opened = log::Anchor::Open(anchor_path());
    if (!opened.ok()) return opened.status();
    auto failing = std::make_unique<FailingAnchor>(*std::move(opened));
    store = store_.get();
    anchor = failing.get();
    options.store = std::move(store_);
    options.anchor = std::move(failing);
    options.evidence_dir = evidence_dir();
    absl::StatusOr<std::unique_ptr<log::OriginLog>> log = log::OriginLog::Open(std::move(options));
    if (!log.ok()) return log.status();
    log_ = *std::move(log);
    return absl::OkStatus();
  }

  void Close() { log_.reset(); }

  log::OriginLog* operator->() { return log_.get(); }
  log::OriginLog& operator*() { return *log_; }

  absl::StatusOr<log::AddAnswer> Add(std::vector<gosum::Record> records) {
    return log_->sequencer().AddAndWait(
        {.records = std::move(records),
         .provenance = {.how = "ingest", .from = "a test", .when = absl::Time()}});
  }

  // Change them before Open.
  log::OriginLog::Options options;
  FakeClock clock;
  TempFolder folder;

  // Null before Open; owned by the log.
  FailingStore* store = nullptr;
  FailingAnchor* anchor = nullptr;

 private:
  std::unique_ptr<FailingStore> store_;
  std::unique_ptr<log::OriginLog> log_;
};

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_SUPPORT_TEST_LOG_H_
