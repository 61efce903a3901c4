// Standard input as a stream that tells a failed read from the end of the input: std::cin takes the
// one for the other, and half a file would pass for a whole one.
//
// Owned by one thread.

#ifndef SUMLOG_CLI_STANDARD_INPUT_H_
#define SUMLOG_CLI_STANDARD_INPUT_H_

#include <array>
#include <istream>
#include <streambuf>

namespace sumlog::cli {

// Reads from a file descriptor that somebody else owns. After a failed read bad() is true.
class DescriptorStream final : private std::streambuf, public std::istream {
 public:
  explicit DescriptorStream(int fd) : std::istream(this), fd_(fd) {}

 private:
  std::streambuf::int_type underflow() override;

  const int fd_;
  std::array<char, 64 * 1024> buffer_ = {};
};

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_STANDARD_INPUT_H_
