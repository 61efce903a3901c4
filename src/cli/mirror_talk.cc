#include "cli/mirror_talk.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/damage.h"
#include "cli/folder_size.h"
#include "cli/printable.h"
#include "cli/proof_format.h"
#include "sumlog/client/failure_details.h"

namespace sumlog::cli {
namespace {

// A look at the disk is one at every file of the database.
constexpr absl::Duration kDiskInterval = absl::Seconds(5);

// Before that many records, what a database needs by itself hides what a record needs.
constexpr std::uint64_t kLeastRecordsForForecast = 65'536;

constexpr absl::string_view kWhyTampering =
    "\nwhy: the upstream, or somebody on the way to it, sent what contradicts the log's signature;"
    " nothing of it was stored"
    "\nfix: send that file to the log's owner; the same command goes on where it was, with another"
    " --upstream too";
constexpr absl::string_view kWhyAnotherKey =
    "\nwhy: the key is another log's, or somebody else answers in its place; nothing was stored"
    "\nfix: compare the 8 hex digits of the key with those that the log's owner gives out";

}  // namespace

void PrintEvent(Context& context, const Json& event) {
  *context.out << event.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n" << std::flush;
}

void DiskForecast::Update(std::uint64_t done, std::uint64_t target, absl::Time now) {
  if (now >= looked_ && now - looked_ < kDiskInterval) return;
  looked_ = now;
  used_bytes_ = SizeOfFolder(folder_);
  if (done < kLeastRecordsForForecast) return;
  expected_bytes_ = static_cast<std::uint64_t>(
      static_cast<double>(used_bytes_) / static_cast<double>(done) * static_cast<double>(target));
}

std::string DiskForecast::Describe() const {
  if (looked_ == absl::InfinitePast()) return "";
  if (expected_bytes_ == 0) return absl::StrCat(FormatBytes(used_bytes_), " on disk");
  return absl::StrCat(FormatBytes(used_bytes_), " of about ", FormatBytes(expected_bytes_),
                      " on disk");
}

std::string DiskForecast::Warning() {
  if (has_warned_ || expected_bytes_ <= used_bytes_) return "";
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(folder_, error);
  const std::uint64_t missing = expected_bytes_ - used_bytes_;
  if (error || space.available >= missing) return "";
  has_warned_ = true;
  return absl::StrCat("the disk of ", folder_, " has ", FormatBytes(space.available),
                      " free, and about ", FormatBytes(missing),
                      " are still to come\nfix   enlarge it; what is there stays, and the same "
                      "command goes on");
}

std::string TellKept(const std::string& evidence) {
  if (evidence.empty()) return "\nwhat came could not be kept as evidence";
  return absl::StrCat("\nwhat came is kept in ", Printable(evidence));
}

absl::Status ExplainRound(const mirror::Round& round, const std::string& upstream) {
  const absl::Status& status = round.status;
  if (status.ok() && round.is_behind) {
    return absl::UnavailableError(absl::StrCat(
        upstream, " shows a head of ", FormatCount(round.sync.upstream.head.size),
        " records, older than one that it has shown before\nwhy: a cache on the way, or a server "
        "that lags behind\nfix: try again later, or name another place: --upstream URL"));
  }
  if (status.ok() || IsDamagedData(status)) return status;
  const std::string message = Printable(status.message());
  const std::string kept = TellKept(round.evidence);
  switch (status.code()) {
    case absl::StatusCode::kDataLoss:
      return client::Reword(status, absl::StrCat(message, kept, kWhyTampering));
    case absl::StatusCode::kUnauthenticated:
      return client::Reword(status, absl::StrCat(message, kept, kWhyAnotherKey));
    case absl::StatusCode::kUnavailable:
      return client::Reword(status,
                            absl::StrCat(message, "\nfix: see whether ", Printable(upstream),
                                         " answers; the same command goes on where it was"));
    case absl::StatusCode::kCancelled:
      return absl::CancelledError(
          "interrupted\nwhy: what was verified stays, and the same command goes on there");
    default:
      return status;  // of our own disk, with its own way out
  }
}

MirrorTalk::MirrorTalk(Context& context, std::string name, std::string upstream,
                       std::string database)
    : context_(context),
      name_(std::move(name)),
      upstream_(std::move(upstream)),
      disk_(std::move(database)) {}

void MirrorTalk::OnProgress(const mirror::SyncOptions::Progress& progress,
                            std::uint64_t received_bytes) {
  const absl::Time now = context_.clock->Now();
  disk_.Update(progress.done, progress.target, now);
  if (const std::string warning = disk_.Warning(); !warning.empty() && !context_.quiet) {
    progress_.reset();
    *context_.err << "warning: " << Printable(name_) << ": " << warning << std::endl;
  }
  if (!context_.json) {
    if (!progress_.has_value()) progress_.emplace(context_, name_);
    progress_->Update(
        {.done = progress.done,
         .total = progress.target,
         .begin = progress.begin,
         .more = absl::StrCat(FormatBytes(received_bytes), " received, ", disk_.Describe())});
    return;
  }
  if (context_.quiet || (now >= told_ && now - told_ < kProgressLineInterval)) return;
  told_ = now;
  PrintEvent(context_, {{"event", "progress"},
                        {"name", name_},
                        {"records", progress.done},
                        {"target", progress.target},
                        {"received_bytes", received_bytes},
                        {"disk_used_bytes", disk_.used_bytes()},
                        {"disk_expected_bytes", disk_.expected_bytes()}});
}

void MirrorTalk::OnHead(const tlog::SignedTreeHead& head) {
  progress_.reset();
  if (context_.json) {
    return PrintEvent(context_, {{"event", "head"}, {"name", name_}, {"head", HeadToJson(head)}});
  }
  *context_.out << "mirrored: " << Printable(name_) << ", tree " << FormatCount(head.head.size)
                << "\n"
                << std::flush;
}

void MirrorTalk::OnRound(const mirror::Round& round, bool will_retry) {
  progress_.reset();
  const absl::Status failure = ExplainRound(round, upstream_);
  const std::string message(failure.message());
  // The same failure again says nothing new.
  if (failure.ok() || !will_retry || std::exchange(last_failure_, message) == message) {
    if (failure.ok()) last_failure_.clear();
    return;
  }
  if (context_.json) {
    return PrintEvent(context_, {{"event", round.status.ok() ? "behind" : "failed"},
                                 {"name", name_},
                                 {"exit_code", ExitCodeOfMissing(failure)},
                                 {"error", message},
                                 {"evidence", round.evidence}});
  }
  const int exit_code = std::exchange(context_.exit_code, 0);
  Fail(context_, absl::StrCat("follow ", name_, " for now"), failure);
  context_.err->flush();
  context_.exit_code = exit_code;
}

}  // namespace sumlog::cli
