// Turns the bytes that lie in a zip into the content of a member, and holds it to what the
// directory claims.
//
// zlib and not libzip's own reader, because that one accepts deflate streams that stop before their
// end (1.7.3), which Go refuses.
//
// Owned by one thread. Spec: RFC 1951; Go's archive/zip for what must agree.

#ifndef SUMLOG_MODZIP_DECODER_H_
#define SUMLOG_MODZIP_DECODER_H_

#include <cstdint>
#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "modzip/directory.h"

namespace sumlog::modzip {

// Takes the content, piece by piece.
using ContentSink = absl::FunctionRef<void(absl::string_view piece)>;

class Decoder {
 public:
  // Keeps references: `member`, and what `sink` refers to, must stay.
  Decoder(const Member& member, ContentSink sink);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // Decodes the next bytes of the zip. kInvalidArgument: no deflate stream, bytes behind its end,
  // or more content than the directory claims; never gives the sink more than that.
  absl::Status Decode(absl::string_view bytes);

  // To be called behind the last bytes. kInvalidArgument: the stream has no end, or content has
  // another size or CRC than claimed.
  absl::Status Finish();

 private:
  struct Inflater;

  absl::Status Inflate(absl::string_view bytes);
  absl::Status Emit(absl::string_view content);

  const Member& member_;
  const ContentSink sink_;
  const std::unique_ptr<Inflater> inflater_;  // null for a stored member
  std::uint64_t size_bytes_ = 0;              // of the content so far
  std::uint32_t crc_ = 0;                     // and its CRC
};

}  // namespace sumlog::modzip

#endif  // SUMLOG_MODZIP_DECODER_H_
