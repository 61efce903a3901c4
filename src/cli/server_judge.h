// What a failed call means to somebody who gave a server and a key: the one door through which what
// a server does comes into messages, one line of it, with our own "why" and "fix" below. What
// proves a lie is kept in a file first.
//
// Safe from any thread.

#ifndef SUMLOG_CLI_SERVER_JUDGE_H_
#define SUMLOG_CLI_SERVER_JUDGE_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/clock.h"
#include "client/answer_recorder.h"

namespace sumlog::cli {

class ServerJudge {
 public:
  struct Options {
    std::string server, key, evidence_dir;  // as the flags have them
    Clock* clock = nullptr;
  };

  // `answers` outlives this object.
  ServerJudge(Options options, const client::AnswerLog& answers)
      : options_(std::move(options)), answers_(answers) {}

  // Of a whole answer (/latest, /lookup): whatever is none comes from no checksum database.
  absl::Status OfAnswer(const absl::Status& status) const;

  // Of what stands under a head that has been verified, or of a call that tells the two apart
  // itself. kDataLoss and kUnauthenticated are accusations; the others stay what they are.
  absl::Status Of(const absl::Status& status) const;

 private:
  absl::Status Accuse(const absl::Status& status, absl::string_view why) const;

  const Options options_;
  const client::AnswerLog& answers_;
};

// kUnavailable: what answered at `server`, if anything, is no checksum database, as `reason` shows.
absl::Status NoDatabaseAt(const std::string& server, const absl::Status& reason);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_SERVER_JUDGE_H_
