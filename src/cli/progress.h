// How far a long piece of work is: a bar on a terminal, otherwise a line now and then.
//
//   Progress progress(context, "import");
//   progress.Update({.done = 500, .total = 1000});
//
// Work that is over within moments prints nothing where there is no terminal. --quiet prints
// nothing at all. Owned by one thread.

#ifndef SUMLOG_CLI_PROGRESS_H_
#define SUMLOG_CLI_PROGRESS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/verb.h"

namespace sumlog::cli {

inline constexpr absl::Duration kProgressLineInterval = absl::Seconds(10);
inline constexpr absl::Duration kProgressBarInterval = absl::Milliseconds(200);

struct Amount {
  std::uint64_t done = 0;
  std::uint64_t total = 0;  // 0: not known
  std::uint64_t begin = 0;  // of `done`: what was there before this piece of work
  std::string more = {};    // said behind it
};

class Progress {
 public:
  // Keeps a reference to `context`.
  Progress(Context& context, absl::string_view label);

  // Takes the bar off the screen.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Cheap enough to call often: draws when it is time to.
  void Update(const Amount& amount);

  // A new stage of the same work: its amounts and rate start anew.
  void Begin(absl::string_view label);

 private:
  std::string Describe(const Amount& amount, absl::Time now) const;
  void ClearLine();

  Context& context_;
  std::string label_;
  absl::Time began_, drawn_;
  std::size_t line_width_ = 0;  // of the bar on the screen; 0: none
};

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_PROGRESS_H_
