// A message as the row of 64-byte blocks that SHA-256 works on, padding included.
//
// Only the first block (when a prefix shifts it) and the last one or two (which carry the padding)
// are copied; those between are read where they lie.
//
// Keeps views of the message. Owned by one thread. Spec: FIPS 180-4 section 5.1.1.

#ifndef SUMLOG_CRYPTO_SHA256_BLOCKS_H_
#define SUMLOG_CRYPTO_SHA256_BLOCKS_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "crypto/sha256_kernel.h"

namespace sumlog::crypto {

class BlockReader {
 public:
  static constexpr std::size_t kBlockSizeBytes = 64;

  // The bytes of `message` must stay as they are for the life of this object.
  explicit BlockReader(const PrefixedMessage& message)
      : message_(message), whole_blocks_(SizeBytes() / kBlockSizeBytes) {
    if (!message_.prefix.empty() && whole_blocks_ > 0) Copy(0, kBlockSizeBytes, head_);
    // The tail: what is left after the whole blocks, one bit, zeros, the length in bits.
    const std::size_t rest = SizeBytes() % kBlockSizeBytes;
    tail_blocks_ = rest + 1 + kLengthSizeBytes > kBlockSizeBytes ? 2 : 1;
    const std::size_t tail_size_bytes = tail_blocks_ * kBlockSizeBytes;
    std::memset(tail_, 0, tail_size_bytes);
    Copy(whole_blocks_ * kBlockSizeBytes, rest, tail_);
    tail_[rest] = 0x80;
    std::uint64_t bits = std::uint64_t{SizeBytes()} * 8;
    for (std::size_t i = 1; i <= kLengthSizeBytes; ++i, bits >>= 8) {
      tail_[tail_size_bytes - i] = static_cast<unsigned char>(bits);
    }
  }

  std::size_t count() const { return whole_blocks_ + tail_blocks_; }

  // The 64 bytes of block `index` < count().
  const unsigned char* Block(std::size_t index) const {
    if (index >= whole_blocks_) return tail_ + (index - whole_blocks_) * kBlockSizeBytes;
    if (index == 0 && !message_.prefix.empty()) return head_;
    return Bytes() + (index * kBlockSizeBytes - message_.prefix.size());
  }

 private:
  static constexpr std::size_t kLengthSizeBytes = 8;

  std::size_t SizeBytes() const { return message_.prefix.size() + message_.bytes.size(); }
  const unsigned char* Bytes() const {
    return reinterpret_cast<const unsigned char*>(message_.bytes.data());
  }

  // Copies `count` bytes of the message from `offset` on.
  void Copy(std::size_t offset, std::size_t count, unsigned char* out) const {
    if (count == 0) return;
    if (offset == 0 && !message_.prefix.empty()) {
      *out++ = static_cast<unsigned char>(message_.prefix[0]);
      if (--count > 0) std::memcpy(out, Bytes(), count);
    } else {
      std::memcpy(out, Bytes() + (offset - message_.prefix.size()), count);
    }
  }

  const PrefixedMessage message_;
  const std::size_t whole_blocks_;
  std::size_t tail_blocks_ = 0;
  unsigned char head_[kBlockSizeBytes];
  unsigned char tail_[2 * kBlockSizeBytes];
};

}  // namespace sumlog::crypto

#endif  // SUMLOG_CRYPTO_SHA256_BLOCKS_H_
