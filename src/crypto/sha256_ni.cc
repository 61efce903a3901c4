// SHA-256 by the SHA instructions of x86, one message or two at a time.
//
// Every round of SHA-256 waits for the one before, so that a single message leaves most of the unit
// idle; the rounds of a second, independent message fill the gaps. More than two do not fit in the
// registers. The instructions keep the eight words A to H of the state as two vectors, ABEF and
// CDGH.
//
// This file uses what the rest of the code does without, intrinsics and target attributes: there is
// no other way to these instructions that does not demand them of every machine. Functions that
// work on vectors all carry the same target, or they could not be inlined into one another.

#include "crypto/sha256_kernel.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

#include <algorithm>

#include "crypto/sha256_blocks.h"

namespace sumlog::crypto {
namespace {

// FIPS 180-4 section 4.2.2.
alignas(16) constexpr std::uint32_t kRoundConstants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// FIPS 180-4 section 5.3.3, as the vectors hold it: F E B A and H G D C.
alignas(16) constexpr std::uint32_t kInitialAbef[4] = {0x9b05688c, 0x510e527f, 0xbb67ae85,
                                                       0x6a09e667};
alignas(16) constexpr std::uint32_t kInitialCdgh[4] = {0x5be0cd19, 0x1f83d9ab, 0xa54ff53a,
                                                       0x3c6ef372};

[[gnu::target("sha,sse4.1"), gnu::always_inline]] inline __m128i Load(const void* from) {
  return _mm_loadu_si128(static_cast<const __m128i*>(from));
}

// Words are big-endian in messages and digests.
[[gnu::target("sha,sse4.1"), gnu::always_inline]] inline __m128i SwapBytesOfWords(__m128i words) {
  return _mm_shuffle_epi8(words, _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
}

// One message on its way: the state so far, the state of the block at work and the 16 words of the
// message schedule that its next rounds need.
struct Lane {
  __m128i abef_before, cdgh_before;
  __m128i abef, cdgh;
  __m128i w0, w1, w2, w3;
};

[[gnu::target("sha,sse4.1"), gnu::always_inline]] inline void Start(Lane* lane) {
  lane->abef = Load(kInitialAbef);
  lane->cdgh = Load(kInitialCdgh);
}

[[gnu::target("sha,sse4.1"), gnu::always_inline]] inline void LoadBlock(const unsigned char* block,
                                                                        Lane* lane) {
  lane->abef_before = lane->abef;
  lane->cdgh_before = lane->cdgh;
  lane->w0 = SwapBytesOfWords(Load(block));
  lane->w1 = SwapBytesOfWords(Load(block + 16));
  lane->w2 = SwapBytesOfWords(Load(block + 32));
  lane->w3 = SwapBytesOfWords(Load(block + 48));
}

[[gnu::target("sha,sse4.1"), gnu::always_inline]] inline void FinishBlock(Lane* lane) {
  lane->abef = _mm_add_epi32(lane->abef, lane->abef_before);
  lane->cdgh = _mm_add_epi32(lane->cdgh, lane->cdgh_before);
}

// Four rounds with the schedule words `w` and the constants of those rounds.
[[gnu::target("sha,sse4.1"), gnu::always_inline]] inline void FourRounds(
    __m128i w, const std::uint32_t* constants, Lane* lane) {
  const __m128i sum = _mm_add_epi32(w, _mm_load_si128(reinterpret_cast<const __m128i*>(constants)));
  // Two rounds turn ABEF into the next CDGH, so that the two vectors change places twice.
  lane->cdgh = _mm_sha256rnds2_epu32(lane->cdgh, lane->abef, sum);
  lane->abef = _mm_sha256rnds2_epu32(lane->abef, lane->cdgh, _mm_shuffle_epi32(sum, 0x0e));
}

// The next four words of the schedule, from the last sixteen.
[[gnu::target("sha,sse4.1"), gnu::always_inline]] inline __m128i Extend(__m128i w0, __m128i w1,
                                                                        __m128i w2, __m128i w3) {
  const __m128i seven_back = _mm_alignr_epi8(w3, w2, 4);
  return _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), seven_back), w3);
}

// The 64 rounds of a block for one lane or two, four rounds of each lane in turn.
template <typename... Lanes>
[[gnu::target("sha,sse4.1"), gnu::always_inline]] inline void AllRounds(Lanes*... lanes) {
  const std::uint32_t* constants = kRoundConstants;
  for (int sixteen = 0; sixteen < 3; ++sixteen, constants += 16) {
    (FourRounds(lanes->w0, constants, lanes), ...);
    ((lanes->w0 = Extend(lanes->w0, lanes->w1, lanes->w2, lanes->w3)), ...);
    (FourRounds(lanes->w1, constants + 4, lanes), ...);
    ((lanes->w1 = Extend(lanes->w1, lanes->w2, lanes->w3, lanes->w0)), ...);
    (FourRounds(lanes->w2, constants + 8, lanes), ...);
    ((lanes->w2 = Extend(lanes->w2, lanes->w3, lanes->w0, lanes->w1)), ...);
    (FourRounds(lanes->w3, constants + 12, lanes), ...);
    ((lanes->w3 = Extend(lanes->w3, lanes->w0, lanes->w1, lanes->w2)), ...);
  }
  (FourRounds(lanes->w0, constants, lanes), ...);
  (FourRounds(lanes->w1, constants + 4, lanes), ...);
  (FourRounds(lanes->w2, constants + 8, lanes), ...);
  (FourRounds(lanes->w3, constants + 12, lanes), ...);
}

// Takes the lane through the blocks from `begin` on.
[[gnu::target("sha,sse4.1"), gnu::always_inline]] inline void HashBlocks(const BlockReader& blocks,
                                                                         std::size_t begin,
                                                                         Lane* lane) {
  for (std::size_t i = begin; i < blocks.count(); ++i) {
    LoadBlock(blocks.Block(i), lane);
    AllRounds(lane);
    FinishBlock(lane);
  }
}

[[gnu::target("sha,sse4.1"), gnu::always_inline]] inline void Store(const Lane& lane,
                                                                    Digest* digest) {
  const __m128i abef = _mm_shuffle_epi32(lane.abef, 0x1b);  // from F E B A to A B E F
  const __m128i ghcd = _mm_shuffle_epi32(lane.cdgh, 0xb1);  // from H G D C to G H C D
  const __m128i abcd = SwapBytesOfWords(_mm_blend_epi16(abef, ghcd, 0xf0));
  const __m128i efgh = SwapBytesOfWords(_mm_alignr_epi8(ghcd, abef, 8));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(digest->data()), abcd);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(digest->data() + 16), efgh);
}

[[gnu::target("sha,sse4.1")]] void HashOne(const PrefixedMessage& message, Digest* digest) {
  const BlockReader blocks(message);
  Lane lane;
  Start(&lane);
  HashBlocks(blocks, 0, &lane);
  Store(lane, digest);
}

[[gnu::target("sha,sse4.1")]] void HashTwo(const PrefixedMessage& first,
                                           const PrefixedMessage& second, Digest* first_digest,
                                           Digest* second_digest) {
  const BlockReader first_blocks(first);
  const BlockReader second_blocks(second);
  Lane first_lane, second_lane;
  Start(&first_lane);
  Start(&second_lane);
  const std::size_t common = std::min(first_blocks.count(), second_blocks.count());
  for (std::size_t i = 0; i < common; ++i) {
    LoadBlock(first_blocks.Block(i), &first_lane);
    LoadBlock(second_blocks.Block(i), &second_lane);
    AllRounds(&first_lane, &second_lane);
    FinishBlock(&first_lane);
    FinishBlock(&second_lane);
  }
  // The longer one goes on alone.
  HashBlocks(first_blocks, common, &first_lane);
  HashBlocks(second_blocks, common, &second_lane);
  Store(first_lane, first_digest);
  Store(second_lane, second_digest);
}

bool ProcessorHasShaInstructions() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0 || (ebx & bit_SHA) == 0) return false;
  return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_SSE4_1) != 0 &&
         (ecx & bit_SSSE3) != 0;
}

}  // namespace

const Sha256Kernel* ShaNiKernel() {
  static constexpr Sha256Kernel kKernel = {
      .name = "sha_ni", .hash_one = HashOne, .hash_two = HashTwo};
  static const bool is_available = ProcessorHasShaInstructions();
  return is_available ? &kKernel : nullptr;
}

}  // namespace sumlog::crypto

#else

namespace sumlog::crypto {

const Sha256Kernel* ShaNiKernel() { return nullptr; }

}  // namespace sumlog::crypto

#endif  // defined(__x86_64__)
