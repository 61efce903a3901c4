#include "mirror/lookup_through.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "client/answer_recorder.h"
#include "client/borrowed_fetcher.h"
#include "mirror/contradiction.h"
#include "mirror/kept_evidence.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::mirror {
namespace {

// Whoever asks for tiles beyond all trees must not make us ask the upstream each time.
constexpr absl::Duration kHeadInterval = absl::Seconds(5);

bool Covers(const tlog::TreeHead& head, const tlog::TileId& tile) {
  return tlog::WidestTile(tile.level, tile.index, head.size) >= tile.width;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LookupThrough>> LookupThrough::Open(Options options) {
  CHECK(options.store != nullptr && options.memory != nullptr && options.fetcher != nullptr);
  ASSIGN_OR_RETURN(const std::optional<std::string> note, options.memory->Recall());
  std::unique_ptr<LookupThrough> log(new LookupThrough(std::move(options)));
  if (!note.has_value()) return log;
  const absl::StatusOr<tlog::SignedTreeHead> head =
      tlog::OpenTreeHead(*note, absl::MakeConstSpan(&log->options_.key, 1));
  if (!head.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the newest head that is kept of ", log->options_.key.name(),
                     " cannot be read with the configured key: ", head.status().message()));
  }
  log->NoteHead(*head);
  return log;
}

LookupThrough::LookupThrough(Options options)
    : options_(std::move(options)),
      parts_(options_.store),
      failures_(options_.clock),
      queue_(options_.queue) {}

std::optional<tlog::SignedTreeHead> LookupThrough::newest() const {
  MutexLock lock(&mu_);
  return newest_;
}

void LookupThrough::NoteHead(const tlog::SignedTreeHead& head) {
  MutexLock lock(&mu_);
  if (!newest_.has_value() || newest_->head.size < head.head.size) newest_ = head;
}

// Nothing when it is not here.
absl::StatusOr<std::optional<log::DistantAnswer>> LookupThrough::FindAnswer(
    const gosum::ModuleVersion& module) {
  ASSIGN_OR_RETURN(std::optional<SparseRecord> record, parts_.FindRecord(module));
  if (!record.has_value()) return std::nullopt;
  std::optional<tlog::SignedTreeHead> head = newest();
  if (!head.has_value() || head->head.size <= record->number) {
    // The memory of heads was lost: the upstream's next answer brings one.
    return std::nullopt;
  }
  return std::optional<log::DistantAnswer>(
      {.number = record->number, .record_text = std::move(record->text), .head = *std::move(head)});
}

void LookupThrough::Lookup(const gosum::ModuleVersion& module, LookupDone done) {
  absl::StatusOr<std::optional<log::DistantAnswer>> here = FindAnswer(module);
  if (!here.ok()) return done(here.status());
  if (here->has_value()) return done(**std::move(here));
  if (options_.is_private.Matches(module.path)) {
    return done(absl::FailedPreconditionError(
        absl::StrCat(module.path, " is private: it is not asked for elsewhere")));
  }
  Fetch(
      absl::StrCat("lookup ", module.ToString()),
      [this, module](client::SumdbClient& client) { return FetchRecord(client, module); },
      [this, module, done = std::move(done)](const absl::Status& status) {
        if (!status.ok()) return done(status);
        absl::StatusOr<std::optional<log::DistantAnswer>> answer = FindAnswer(module);
        if (!answer.ok()) return done(answer.status());
        if (!answer->has_value()) return done(absl::InternalError("what was kept is gone"));
        done(**std::move(answer));
      });
}

void LookupThrough::HashTile(const tlog::TileId& tile, TileDone done) {
  CHECK(tile.kind == tlog::TileId::Kind::kHash);
  absl::StatusOr<std::optional<std::vector<tlog::Hash>>> here = parts_.Find(tile);
  if (!here.ok()) return done(here.status());
  if (here->has_value()) return done(**std::move(here));
  Fetch(
      tlog::FormatTilePath(tile),
      [this, tile](client::SumdbClient& client) { return FetchTile(client, tile); },
      [this, tile, done = std::move(done)](const absl::Status& status) {
        if (!status.ok()) return done(status);
        absl::StatusOr<std::optional<std::vector<tlog::Hash>>> answer = parts_.Find(tile);
        if (!answer.ok()) return done(answer.status());
        if (!answer->has_value()) return done(absl::InternalError("what was kept is gone"));
        done(**std::move(answer));
      });
}

void LookupThrough::Newest(HeadDone done) {
  if (std::optional<tlog::SignedTreeHead> head = newest()) return done(*std::move(head));
  Fetch(
      "latest", [this](client::SumdbClient& client) { return FetchHead(client); },
      [this, done = std::move(done)](const absl::Status& status) {
        const std::optional<tlog::SignedTreeHead> head = newest();
        if (!status.ok() || !head.has_value()) {
          return done(status.ok() ? absl::UnavailableError("there is no head yet") : status);
        }
        done(*head);
      });
}

void LookupThrough::Fetch(const std::string& key,
                          std::function<absl::Status(client::SumdbClient&)> work,
                          FetchQueue::Done done) {
  if (const absl::Status failed = failures_.Find(key); !failed.ok()) return done(failed);
  queue_.Ask(
      key, [this, key, work = std::move(work)] { return FetchNow(key, work); }, std::move(done));
}

// A client for each piece of work, so that evidence holds what came in it and nothing else.
absl::Status LookupThrough::FetchNow(
    const std::string& key, const std::function<absl::Status(client::SumdbClient&)>& work) {
  client::AnswerLog answers(options_.clock);
  client::AnswerRecorder recorder(std::make_unique<client::BorrowedFetcher>(*options_.fetcher),
                                  &answers);
  const std::unique_ptr<client::SumdbClient> client = client::SumdbClient::Create(
      {.key = options_.key, .fetcher = &recorder, .memory = options_.memory, .tiles = &parts_});
  const absl::Status status = work(*client);
  std::string evidence;
  if (IsContradiction(status)) {
    evidence = KeepEvidence(status, answers,
                            {.key = options_.key,
                             .from = options_.upstream,
                             .folder = options_.evidence_dir,
                             .clock = options_.clock});
  }
  if (!status.ok()) {
    failures_.Note(key, status,
                   absl::IsNotFound(status) ? options_.missing_for : options_.failed_for);
  }
  if (options_.on_fetch) options_.on_fetch(status, evidence);
  return status;
}

absl::Status LookupThrough::FetchRecord(client::SumdbClient& client,
                                        const gosum::ModuleVersion& module) {
  ASSIGN_OR_RETURN(const client::VerifiedRecord record, client.Lookup(module));
  RETURN_IF_ERROR(parts_.PutRecord(module, {.number = record.number, .text = record.text}));
  NoteHead(record.head);
  return absl::OkStatus();
}

absl::Status LookupThrough::FetchTile(client::SumdbClient& client, const tlog::TileId& tile) {
  std::optional<tlog::SignedTreeHead> head = newest();
  if (!head.has_value() || !Covers(head->head, tile)) {
    RETURN_IF_ERROR(FetchHead(client));
    head = newest();
  }
  if (!Covers(head->head, tile)) {
    return absl::NotFoundError(absl::StrCat(tlog::FormatTilePath(tile), " is not in the tree of ",
                                            head->head.size, " records"));
  }
  return client.Tiles(head->head)->ReadTiles({tile}).status();
}

absl::Status LookupThrough::FetchHead(client::SumdbClient& client) {
  {
    MutexLock lock(&mu_);
    const absl::Time now = options_.clock->Now();
    const absl::Duration age = now - asked_head_at_;
    if (newest_.has_value() && age >= absl::ZeroDuration() && age < kHeadInterval) {
      return absl::OkStatus();
    }
    asked_head_at_ = now;
  }
  ASSIGN_OR_RETURN(const tlog::SignedTreeHead head, client.Latest());
  NoteHead(head);
  return absl::OkStatus();
}

}  // namespace sumlog::mirror
