#include "http/error_body.h"

#include "absl/strings/str_cat.h"
#include "base/utf8.h"

namespace sumlog::http {
namespace {

constexpr std::size_t kMaxWhatBytes = 250;
constexpr std::size_t kMaxWhyBytes = 160;
constexpr std::size_t kMaxFixBytes = 120;
constexpr std::size_t kMaxContactBytes = 80;

constexpr char kWhyLabel[] = "why: ";
constexpr char kFixLabel[] = "fix: ";
constexpr char kContactLabel[] = "contact: ";

static_assert(kMaxWhatBytes + kMaxWhyBytes + kMaxFixBytes + kMaxContactBytes + sizeof(kWhyLabel) +
                      sizeof(kFixLabel) + sizeof(kContactLabel) + 1 <=
                  kMaxErrorBodyBytes,
              "the parts, their labels and newlines must fit what go shows");

bool IsContinuationByte(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// One printable line of UTF-8.
std::string Printable(absl::string_view text) {
  std::string line;
  line.reserve(text.size());
  while (!text.empty()) {
    const Utf8Rune rune = DecodeUtf8(text);
    const std::size_t size_bytes = rune.size_bytes > 0 ? rune.size_bytes : 1;
    if (rune.size_bytes > 0 && IsShowable(rune.code_point)) {
      absl::StrAppend(&line, text.substr(0, size_bytes));
    } else {
      line.push_back('?');
    }
    text.remove_prefix(size_bytes);
  }
  return line;
}

void AppendLine(absl::string_view label, absl::string_view text, std::size_t max_bytes,
                std::string* body) {
  if (text.empty()) return;
  absl::StrAppend(body, label, ShortenMiddle(Printable(text), max_bytes), "\n");
}

}  // namespace

std::string ShortenMiddle(absl::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return std::string(text);
  constexpr absl::string_view kGap = "...";
  std::size_t front = (max_bytes - kGap.size()) / 2;
  std::size_t back = text.size() - (max_bytes - kGap.size() - front);
  while (front > 0 && IsContinuationByte(text[front])) --front;
  while (back < text.size() && IsContinuationByte(text[back])) ++back;
  return absl::StrCat(text.substr(0, front), kGap, text.substr(back));
}

std::string FormatErrorBody(const ErrorText& text) {
  std::string body;
  body.reserve(kMaxErrorBodyBytes);
  AppendLine("", text.what, kMaxWhatBytes, &body);
  AppendLine(kWhyLabel, text.why, kMaxWhyBytes, &body);
  AppendLine(kFixLabel, text.fix, kMaxFixBytes, &body);
  AppendLine(kContactLabel, text.contact, kMaxContactBytes, &body);
  return body;
}

}  // namespace sumlog::http
