// sumlog mirror run: brings a mirror to the newest head of its upstream, and keeps it there.

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "base/thread.h"
#include "cli/interrupt.h"
#include "cli/json_output.h"
#include "cli/mirror.h"
#include "cli/mirror_choice.h"
#include "cli/mirror_talk.h"
#include "cli/number_flag.h"
#include "cli/open_config.h"
#include "cli/printable.h"
#include "cli/proof_format.h"
#include "log/heads_on_the_way.h"
#include "mirror/contradiction.h"
#include "mirror/follower.h"
#include "server/follower_options.h"

namespace sumlog::cli {
namespace {

struct RunFlags {
  MirrorFlags mirror;
  bool once = false;
  std::optional<std::uint64_t> until;
};

// Stops a follower when the user interrupts the program: a signal handler itself may only leave a
// mark, which a thread looks at now and then.
class StopOnInterrupt {
 public:
  explicit StopOnInterrupt(mirror::Follower& follower)
      : thread_(StartThread("mirror-stop", [this, &follower] { Watch(follower); })) {}

  ~StopOnInterrupt() {
    MutexLock lock(&mu_);
    done_ = true;
    changed_.NotifyAll();
  }

 private:
  void Watch(mirror::Follower& follower) {
    MutexLock lock(&mu_);
    while (!done_) {
      if (interrupt_.Seen()) return follower.Stop();
      changed_.WaitFor(&mu_, absl::Milliseconds(100));
    }
  }

  const InterruptWatch interrupt_;
  Mutex mu_;
  CondVar changed_;
  bool done_ ABSL_GUARDED_BY(mu_) = false;
  std::jthread thread_;  // last: it uses the rest
};

absl::StatusOr<OpenedChoice> OpenRun(const Context& context, const RunFlags& flags) {
  ASSIGN_OR_RETURN(ops::Config config, OpenConfig(context));
  ASSIGN_OR_RETURN(MirrorChoice choice, ChooseMirror(config, flags.mirror));
  // What is wrong with a URL is said before anything is made.
  RETURN_IF_ERROR(mirror::Upstream::Open({.urls = choice.mirror.upstream}).status());
  return OpenChoice(std::move(config), std::move(choice));
}

// Whether going on may help: everything but what is wrong with our own disk.
bool MayGoOn(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status) ||
         mirror::IsContradiction(status);
}

class Runner {
 public:
  Runner(Context& context, const RunFlags& flags, OpenedChoice run)
      : context_(context), flags_(flags), run_(std::move(run)) {}

  void Run() {
    mirror::Follower::Options options =
        server::FollowerOptionsOf(run_.config, run_.mirror, run_.opened);
    options.upstream.clock = context_.clock;
    if (flags_.until.has_value()) options.until = *flags_.until;
    options.clock = context_.clock;
    options.on_head = [this](const tlog::SignedTreeHead& head) { OnHead(head); };
    options.on_progress = [this](const mirror::SyncOptions::Progress& progress) {
      talk_->OnProgress(progress, follower_->received_bytes());
    };
    options.on_round = [this](const mirror::Round& round) { OnRound(round); };
    absl::StatusOr<std::unique_ptr<mirror::Follower>> follower =
        mirror::Follower::Create(std::move(options));
    if (!follower.ok()) return Fail(context_, "mirror " + name(), follower.status());
    follower_ = *std::move(follower);
    talk_.emplace(context_, name(), follower_->state().upstream, run_.opened.paths.database);
    const StopOnInterrupt stop(*follower_);
    follower_->Run();
    Finish();
  }

 private:
  const std::string& name() const { return run_.mirror.name(); }
  bool ends_by_itself() const { return flags_.once || flags_.until.has_value(); }

  void OnHead(const tlog::SignedTreeHead& head) {
    if (!ends_by_itself()) talk_->OnHead(head);
  }

  void OnRound(const mirror::Round& round) {
    if (absl::IsCancelled(round.status)) {  // the round before this one says how it went
      was_cut_ = true;
      talk_->OnRound(round, /*will_retry=*/false);
      return;
    }
    last_ = round;
    const bool is_done =
        flags_.once || !(round.status.ok() || MayGoOn(round.status)) ||
        (round.status.ok() && flags_.until.has_value() && round.sync.end >= *flags_.until);
    talk_->OnRound(round, /*will_retry=*/!is_done);
    if (is_done) follower_->Stop();
  }

  void Finish() {
    const absl::Status failure = ExplainRound(last_, follower_->state().upstream);
    if (was_cut_ && ends_by_itself()) {
      mirror::Round cut;
      cut.status = absl::CancelledError("");
      return Fail(context_, "mirror " + name(), ExplainRound(cut, ""));
    }
    if (!failure.ok()) {
      return Fail(context_, "mirror " + name(), failure, ExitCodeOfMissing(failure));
    }
    if (ends_by_itself()) PrintResult();
  }

  void PrintResult() {
    const mirror::SyncReport& report = last_.sync;
    const absl::StatusOr<std::optional<storage::StoredHead>> served =
        log::NewestSigned(*run_.opened.store);
    if (!served.ok()) return Fail(context_, "mirror " + name(), served.status());
    const std::uint64_t odd = follower_->state().odd_records;
    if (context_.json) {
      return PrintEvent(context_, {{"event", "done"},
                                   {"name", name()},
                                   {"complete", report.complete},
                                   {"upstream", HeadToJson(report.upstream)},
                                   {"verified_records", report.end},
                                   {"served_records", served->has_value() ? (*served)->size : 0},
                                   {"odd_records", odd},
                                   {"received_bytes", follower_->received_bytes()}});
    }
    if (report.complete) {
      *context_.out << "mirrored: " << Printable(name()) << ", tree " << FormatCount(report.end)
                    << "\n";
    } else {
      *context_.out << "verified: " << Printable(name()) << ", " << FormatCount(report.end)
                    << " of " << FormatCount(report.upstream.head.size) << " records; served: "
                    << (served->has_value() ? absl::StrCat("tree ", FormatCount((*served)->size))
                                            : "nothing yet, for no signed head is reached")
                    << "\n";
    }
    if (context_.quiet) return;
    *context_.err << FormatBytes(follower_->received_bytes()) << " received\n";
    if (odd > 0) {
      *context_.err << FormatCount(odd)
                    << " signed records are about no module version; they are kept\n";
    }
    *context_.err << "serve it:\n  sumlog serve --dir " << Printable(run_.config.dir) << "\n";
  }

  Context& context_;
  const RunFlags& flags_;
  OpenedChoice run_;
  std::unique_ptr<mirror::Follower> follower_;
  std::optional<MirrorTalk> talk_;
  mirror::Round last_;
  bool was_cut_ = false;
};

void RunMirror(Context& context, const RunFlags& flags) {
  absl::StatusOr<OpenedChoice> run = OpenRun(context, flags);
  if (!run.ok()) {
    return Fail(context, "mirror a log", run.status(), ExitCodeOfMissing(run.status()));
  }
  Runner(context, flags, *std::move(run)).Run();
}

}  // namespace

void AddMirrorRun(CLI::App& mirror, Context& context) {
  CLI::App* noun = mirror.add_subcommand("run", "fetch and verify every record, then follow");
  // Shared: the callback, which outlives this call, owns the flags.
  const auto flags = std::make_shared<RunFlags>();
  noun->add_option("--upstream", flags->mirror.upstream, "where the log is; may be given again")
      ->type_name("URL")
      ->expected(1)
      ->take_all();
  noun->add_option("--key", flags->mirror.key, "the log's verifier key")->type_name("VKEY");
  noun->add_flag("--once", flags->once, "end when the upstream's newest head is reached");
  AddNumberFlag(
      *noun, "--until", flags->until,
      "take this many records at most, then end; served is what a held signed head covers")
      ->type_name("SIZE");
  noun->add_option("--interval", flags->mirror.interval, "between two questions (1m)")
      ->type_name("TIME");
  AddNumberFlag(*noun, "--max-requests-per-second", flags->mirror.max_requests_per_second,
                "asked of each upstream (100); 0: no bound, for a server of one's own")
      ->type_name("N");
  noun->add_option("--ca", flags->mirror.ca, "PEM authorities of the upstream, not the system's")
      ->type_name("FILE");
  noun->footer(
      "Makes D when it is not there and writes [[mirror]] into its sumlog.toml: later runs need no "
      "flags, nor does serve, which follows by itself. Interrupted at any moment, it goes on where "
      "it was. Nothing that is not verified is stored; what contradicts its signature is kept in "
      "D/evidence, exit code 4.\n"
      "example: sumlog mirror run --dir D --upstream https://sum.golang.org --key VKEY");
  noun->callback([flags, &context] { RunMirror(context, *flags); });
}

}  // namespace sumlog::cli
