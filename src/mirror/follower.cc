#include "mirror/follower.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/check.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "log/store_tiles.h"
#include "mirror/contradiction.h"
#include "mirror/kept_evidence.h"
#include "sumlog/client/failure_details.h"
#include "sumlog/tlog/tile_reader.h"

namespace sumlog::mirror {
namespace {

// After the first failure; then twice as long each time, up to the interval.
constexpr absl::Duration kFirstWait = absl::Seconds(1);
constexpr std::uint64_t kMaxDoublings = 20;

// While a round lasts, the state is saved this often.
constexpr absl::Duration kSaveInterval = absl::Seconds(10);

FollowerState LoadState(const std::string& path) {
  if (path.empty()) return {};
  const absl::StatusOr<std::string> text = ReadFile(path, kMaxFollowerStateBytes);
  return text.ok() ? ParseFollowerState(*text) : FollowerState();
}

// The tiles that the mirror itself holds. What is read is recorded among the upstream's answers,
// for it may be the proof that two heads are of two histories.
class HeldTiles final : public tlog::TileReader {
 public:
  // Both outlive this object.
  HeldTiles(const storage::LogStore& store, client::AnswerLog* answers)
      : tiles_(store), answers_(answers) {}

  absl::StatusOr<std::vector<std::vector<tlog::Hash>>> ReadTiles(
      absl::Span<const tlog::TileId> tiles) override {
    ASSIGN_OR_RETURN(std::vector<std::vector<tlog::Hash>> all, tiles_.ReadTiles(tiles));
    for (std::size_t i = 0; i < tiles.size(); ++i) {
      answers_->Record(absl::StrCat("/", tlog::FormatTilePath(tiles[i]), " of this mirror"),
                       tlog::HashesAsBytes(all[i]));
    }
    return all;
  }

 private:
  log::StoreTiles tiles_;
  client::AnswerLog* const answers_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Follower>> Follower::Create(Options options) {
  CHECK(options.store != nullptr);
  ASSIGN_OR_RETURN(std::unique_ptr<Upstream> upstream, Upstream::Open(options.upstream));
  return std::unique_ptr<Follower>(new Follower(std::move(options), std::move(upstream)));
}

Follower::Follower(Options options, std::unique_ptr<Upstream> upstream)
    : options_(std::move(options)),
      answers_(options_.clock),
      upstream_(upstream.get()),
      recorder_(std::move(upstream), &answers_),
      dice_(std::random_device()()),
      state_(LoadState(options_.rounds_file)) {
  MutexLock lock(&mu_);
  state_.upstream = upstream_->shown();
}

Round Follower::RunRound() {
  upstream_->Begin(std::exchange(ask_next_place_, false));
  answers_.Clear();
  odd_before_ = state().odd_records;
  Round round = TryRound();
  if (upstream_->stopped() && !round.status.ok()) round.status = absl::CancelledError("stopped");
  if (IsContradiction(round.status)) {
    round.evidence = KeepEvidence(round.status, answers_,
                                  {.key = options_.key,
                                   .from = upstream_->shown(),
                                   .folder = options_.evidence_dir,
                                   .store = options_.store,
                                   .clock = options_.clock});
    ask_next_place_ = true;
  }
  NoteRound(round);
  if (round.status.ok() && round.sync.complete && round.sync.upstream.note != told_note_) {
    told_note_ = round.sync.upstream.note;
    if (options_.on_head) options_.on_head(round.sync.upstream);
  }
  if (options_.on_round) options_.on_round(round);
  return round;
}

Round Follower::TryRound() {
  Round round;
  HeldTiles held(*options_.store, &answers_);
  const std::unique_ptr<client::SumdbClient> client = client::SumdbClient::Create(
      {.key = options_.key, .fetcher = &recorder_, .memory = options_.memory, .held_tiles = &held});
  absl::StatusOr<SyncReport> report =
      Sync({.store = options_.store,
            .client = client.get(),
            .fetcher = &recorder_,
            .clock = options_.clock,
            .from = upstream_->shown(),
            .tiles_at_once = options_.tiles_at_once,
            .piece_records = options_.piece_records,
            .until = options_.until,
            .watch = [this](const SyncOptions::Progress& progress) { return Watch(progress); }});
  if (absl::IsInvalidArgument(report.status())) {  // a web page in place of the head
    round.status = absl::UnavailableError(
        absl::StrCat("no checksum database answers: ", report.status().message()));
    return round;
  }
  round.status = report.status();
  if (!report.ok()) return round;
  round.sync = *std::move(report);
  const absl::StatusOr<bool> is_behind = IsBehind(round.sync);
  round.status = is_behind.status();
  round.is_behind = is_behind.value_or(false);
  return round;
}

absl::Status Follower::Watch(const SyncOptions::Progress& progress) {
  if (upstream_->stopped()) return absl::CancelledError("told to stop");
  if (options_.on_progress) options_.on_progress(progress);
  const absl::Time now = options_.clock->Now();
  {
    MutexLock lock(&mu_);
    state_.last_contact = now;
    state_.odd_records = odd_before_ + progress.odd_records;
    state_.upstream_size = std::max(state_.upstream_size, progress.upstream_size);
  }
  if (now >= saved_at_ && now - saved_at_ < kSaveInterval) return absl::OkStatus();
  saved_at_ = now;
  SaveState();
  return absl::OkStatus();
}

absl::StatusOr<bool> Follower::IsBehind(const SyncReport& report) const {
  const std::uint64_t shown = report.upstream.head.size;
  if (shown < report.end) return true;
  if (options_.memory == nullptr) return false;
  ASSIGN_OR_RETURN(const std::optional<std::string> note, options_.memory->Recall());
  if (!note.has_value()) return false;
  ASSIGN_OR_RETURN(const tlog::SignedTreeHead newest,
                   tlog::OpenTreeHead(*note, absl::MakeConstSpan(&options_.key, 1)));
  return shown < newest.head.size;
}

void Follower::NoteRound(const Round& round) {
  if (absl::IsCancelled(round.status)) return SaveState();
  const absl::Time now = options_.clock->Now();
  {
    MutexLock lock(&mu_);
    if (round.status.ok()) {
      state_.failures = 0;
      state_.last_contact = now;
      if (round.sync.complete) state_.last_complete = now;
      state_.upstream_size = std::max(state_.upstream_size, round.sync.upstream.head.size);
      state_.odd_records = odd_before_ + round.sync.odd_records;
    } else {
      ++state_.failures;
      state_.error_at = now;
      state_.error = std::string(round.status.message());
    }
    if (IsContradiction(round.status)) {
      state_.contradiction_at = now;
      state_.evidence = round.evidence;
    }
  }
  SaveState();
}

// A file that cannot be written stops nobody: it only tells less.
void Follower::SaveState() const {
  if (options_.rounds_file.empty()) return;
  ReplaceFileDurably(options_.rounds_file, FormatFollowerState(state()), 0644).IgnoreError();
}

FollowerState Follower::state() const {
  MutexLock lock(&mu_);
  return state_;
}

void Follower::Run() {
  while (!upstream_->stopped()) {
    if (!WaitFor(WaitAfter(RunRound()))) return;
  }
}

void Follower::Stop() {
  upstream_->Stop();
  MutexLock lock(&mu_);
  stopped_ = true;
  stopping_.NotifyAll();
}

absl::Duration Follower::WaitAfter(const Round& round) {
  absl::Duration wait = options_.interval;
  const std::uint64_t failures = state().failures;
  if (absl::IsUnavailable(round.status) && failures > 0) {
    wait = std::min(wait, kFirstWait * (std::uint64_t{1} << std::min(failures - 1, kMaxDoublings)));
    wait *= std::uniform_real_distribution<double>(0.5, 1.0)(dice_);
  }
  return std::max(wait, client::RetryAfterOf(round.status));
}

bool Follower::WaitFor(absl::Duration wait) {
  // Not the clock of the options: that one may jump.
  const auto begin = std::chrono::steady_clock::now();
  MutexLock lock(&mu_);
  while (!stopped_) {
    const absl::Duration waited = absl::FromChrono(std::chrono::steady_clock::now() - begin);
    if (waited >= wait) return true;
    stopping_.WaitFor(&mu_, wait - waited);
  }
  return false;
}

}  // namespace sumlog::mirror
