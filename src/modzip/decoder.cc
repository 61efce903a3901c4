#include "modzip/decoder.h"

#include <zlib.h>

#include <array>
#include <cstddef>
#include <limits>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"

namespace sumlog::modzip {
namespace {

const Bytef* AsBytes(absl::string_view text) { return reinterpret_cast<const Bytef*>(text.data()); }

}  // namespace

struct Decoder::Inflater {
  // Negative: a bare stream, with the largest window. Fails for want of memory alone.
  Inflater() { CHECK(inflateInit2(&stream, -MAX_WBITS) == Z_OK); }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  z_stream stream = {};
  bool has_ended = false;
  std::array<char, 64 * 1024> output;
};

Decoder::Decoder(const Member& member, ContentSink sink)
    : member_(member),
      sink_(sink),
      inflater_(member.method == kDeflated ? std::make_unique<Inflater>() : nullptr) {}

Decoder::~Decoder() = default;

absl::Status Decoder::Decode(absl::string_view bytes) {
  return inflater_ == nullptr ? Emit(bytes) : Inflate(bytes);
}

absl::Status Decoder::Finish() {
  if (inflater_ != nullptr && !inflater_->has_ended) {
    return BadMember(member_.name, "has a deflate stream that is cut off");
  }
  if (size_bytes_ != member_.size_bytes) {
    return BadMember(member_.name, absl::StrCat("has ", size_bytes_, " bytes of content, want ",
                                                member_.size_bytes, " as in the directory"));
  }
  if (crc_ != member_.crc) {
    return BadMember(
        member_.name,
        absl::StrCat("has content of CRC ", absl::Hex(crc_, absl::kZeroPad8), ", want ",
                     absl::Hex(member_.crc, absl::kZeroPad8), " as in the directory"));
  }
  return absl::OkStatus();
}

absl::Status Decoder::Inflate(absl::string_view bytes) {
  z_stream& stream = inflater_->stream;
  CHECK(bytes.size() <= std::numeric_limits<uInt>::max());
  stream.next_in = const_cast<Bytef*>(AsBytes(bytes));  // zlib does not write there
  stream.avail_in = static_cast<uInt>(bytes.size());
  bool is_output_full = false;
  // Goes on while there is input, or output that found no room.
  while (!inflater_->has_ended && (stream.avail_in > 0 || is_output_full)) {
    stream.next_out = reinterpret_cast<Bytef*>(inflater_->output.data());
    stream.avail_out = static_cast<uInt>(inflater_->output.size());
    const int result = inflate(&stream, Z_NO_FLUSH);
    // Z_BUF_ERROR: there was nothing left to do.
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
      return BadMember(member_.name, "has a malformed deflate stream");
    }
    is_output_full = stream.avail_out == 0;
    inflater_->has_ended = result == Z_STREAM_END;
    RETURN_IF_ERROR(Emit(
        absl::string_view(inflater_->output.data(), inflater_->output.size() - stream.avail_out)));
  }
  if (stream.avail_in > 0) {
    return BadMember(member_.name, "has bytes behind the end of its deflate stream");
  }
  return absl::OkStatus();
}

absl::Status Decoder::Emit(absl::string_view content) {
  if (content.size() > member_.size_bytes - size_bytes_) {
    return BadMember(member_.name, absl::StrCat("has more content than the ", member_.size_bytes,
                                                " bytes that the directory claims"));
  }
  size_bytes_ += content.size();
  crc_ = static_cast<std::uint32_t>(crc32_z(crc_, AsBytes(content), content.size()));
  sink_(content);
  return absl::OkStatus();
}

}  // namespace sumlog::modzip
