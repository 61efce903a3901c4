#include "http/content_tag.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace sumlog::http {
namespace {

constexpr std::size_t kLanes = 4;  // independent, so that their multiplications overlap
constexpr std::size_t kBlockBytes = kLanes * sizeof(std::uint64_t);

// Odd numbers with well-mixed bits: 2^64 divided by the golden ratio, and a prime beside it.
constexpr std::uint64_t kMultiplier1 = 0x9E3779B97F4A7C15;
constexpr std::uint64_t kMultiplier2 = 0xC2B2AE3D27D4EB4F;

// Words are multiplied before they meet the state: a changed word is not mended by a simple change
// of the next.
std::uint64_t Mix(std::uint64_t state, std::uint64_t word) {
  return std::rotl(state + word * kMultiplier1, 31) * kMultiplier2;
}

constexpr std::size_t kNoteTagBytes = 16;  // of base64: 96 bits of an Ed25519 signature

}  // namespace

std::string ContentTag(absl::string_view content) {
  std::array<std::uint64_t, kLanes> lanes = {1, 2, 3, 4};
  std::array<std::uint64_t, kLanes> block = {};
  absl::string_view rest = content;
  for (; rest.size() >= kBlockBytes; rest.remove_prefix(kBlockBytes)) {
    std::memcpy(block.data(), rest.data(), kBlockBytes);
    for (std::size_t i = 0; i < kLanes; ++i) lanes[i] = Mix(lanes[i], block[i]);
  }
  block = {};
  if (!rest.empty()) std::memcpy(block.data(), rest.data(), rest.size());
  std::uint64_t tag = content.size();
  for (std::size_t i = 0; i < kLanes; ++i) tag = Mix(tag, Mix(lanes[i], block[i]));
  return absl::StrCat("\"", absl::Hex(tag, absl::kZeroPad16), "\"");
}

std::string NoteTag(std::uint64_t tree_size, absl::string_view note) {
  absl::string_view end = absl::StripSuffix(note, "\n");
  if (end.size() > kNoteTagBytes) end.remove_prefix(end.size() - kNoteTagBytes);
  return absl::StrCat("\"", tree_size, "-", note.size(), "-", end, "\"");
}

}  // namespace sumlog::http
