#include "cli/standard_input.h"

#include <unistd.h>

#include <cerrno>
#include <stdexcept>

namespace sumlog::cli {

std::streambuf::int_type DescriptorStream::underflow() {
  ssize_t count = 0;
  do {
    count = ::read(fd_, buffer_.data(), buffer_.size());
  } while (count < 0 && errno == EINTR);
  // The one way to tell the stream around: it catches this, and is bad() from then on.
  if (count < 0) throw std::runtime_error("read");
  if (count == 0) return std::streambuf::traits_type::eof();
  setg(buffer_.data(), buffer_.data(), buffer_.data() + count);
  return std::streambuf::traits_type::to_int_type(buffer_[0]);
}

}  // namespace sumlog::cli
