#include "cli/progress.h"

#include <algorithm>
#include <ostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/printable.h"

namespace sumlog::cli {
namespace {

constexpr std::size_t kBarCells = 24;

double Fraction(const Amount& amount) {
  if (amount.total == 0) return 0;
  return std::min(1.0, static_cast<double>(amount.done) / static_cast<double>(amount.total));
}

std::string Bar(double fraction) {
  const auto full = static_cast<std::size_t>(fraction * static_cast<double>(kBarCells));
  std::string bar;
  for (std::size_t i = 0; i < kBarCells; ++i) absl::StrAppend(&bar, i < full ? "█" : "░");
  return bar;
}

}  // namespace

Progress::Progress(Context& context, absl::string_view label)
    : context_(context), label_(label), began_(context.clock->Now()), drawn_(began_) {}

Progress::~Progress() { ClearLine(); }

void Progress::Begin(absl::string_view label) {
  if (label == label_) return;
  label_ = std::string(label);
  began_ = context_.clock->Now();
}

void Progress::Update(const Amount& amount) {
  if (context_.quiet) return;
  const absl::Time now = context_.clock->Now();
  const absl::Duration interval =
      context_.err_is_terminal ? kProgressBarInterval : kProgressLineInterval;
  // A clock that was set back must not silence the rest of the work.
  if (now >= drawn_ && now - drawn_ < interval) return;
  drawn_ = now;
  const std::string text = Describe(amount, now);
  if (!context_.err_is_terminal) {
    *context_.err << label_ << ": " << text << std::endl;
    return;
  }
  const std::string bar = amount.total == 0 ? "" : Bar(Fraction(amount));
  const std::string line = absl::StrCat(label_, "  ", bar, bar.empty() ? "" : "  ", text);
  const std::size_t width = line.size() - bar.size() + (bar.empty() ? 0 : kBarCells);
  // Blanks cover what is left of a longer line before.
  const std::size_t blanks = line_width_ > width ? line_width_ - width : 0;
  *context_.err << '\r' << line << std::string(blanks, ' ') << std::flush;
  line_width_ = width;
}

std::string Progress::Describe(const Amount& amount, absl::Time now) const {
  std::string text = FormatCount(amount.done);
  if (amount.total > 0) {
    text = absl::StrFormat("%3.0f%%  %s of %s", Fraction(amount) * 100, text,
                           FormatCount(amount.total));
  }
  const double seconds = absl::ToDoubleSeconds(now - began_);
  const auto tail = [&amount] {
    return amount.more.empty() ? "" : absl::StrCat("  ", amount.more);
  };
  if (seconds < 1 || amount.done <= amount.begin) return absl::StrCat(text, tail());
  const double rate = static_cast<double>(amount.done - amount.begin) / seconds;
  absl::StrAppend(&text, "  ", FormatCount(static_cast<std::uint64_t>(rate)), "/s");
  if (amount.total > amount.done) {
    const double left = static_cast<double>(amount.total - amount.done) / rate;
    absl::StrAppend(&text, "  ",
                    absl::FormatDuration(absl::Ceil(absl::Seconds(left), absl::Seconds(1))),
                    " left");
  }
  return absl::StrCat(text, tail());
}

void Progress::ClearLine() {
  if (line_width_ == 0) return;
  *context_.err << '\r' << std::string(line_width_, ' ') << '\r' << std::flush;
  line_width_ = 0;
}

}  // namespace sumlog::cli
