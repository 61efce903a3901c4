#include "storage/rocksdb/log_tail_check.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/damage.h"
#include "base/status_macros.h"
#include "storage/rocksdb/rocksdb_status.h"
#include "storage/rocksdb/slices.h"

namespace sumlog::storage {
namespace {

// The format is that of rocksdb/db/log_format.h: blocks of 32 KiB; in them pieces with a header of
// checksum (4 bytes), length (2) and type (1), little-endian.
constexpr std::size_t kBlockBytes = 32u << 10;
constexpr std::size_t kHeaderBytes = 7;

std::uint32_t ReadLittleEndian(absl::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return value;
}

// CRC-32C (Castagnoli), byte by byte.
class Crc32c {
 public:
  void Add(char byte) {
    static const std::array<std::uint32_t, 256> kTable = MakeTable();
    state_ = state_ >> 8 ^ kTable[(state_ ^ static_cast<unsigned char>(byte)) & 0xff];
  }

  // As RocksDB stores it: rotated and shifted, so that a checksum of checksums is none.
  std::uint32_t Masked() const {
    const std::uint32_t crc = ~state_;
    return (crc >> 15 | crc << 17) + 0xa282ead8u;
  }

 private:
  static std::array<std::uint32_t, 256> MakeTable() {
    std::array<std::uint32_t, 256> table = {};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1) * 0x82f63b78u);
      table[i] = value;
    }
    return table;
  }

  std::uint32_t state_ = 0xffffffffu;
};

// Whether the piece is whole when it is taken to end before the end of `piece`.
bool IsWholeWhenShorter(absl::string_view piece) {
  const std::uint32_t want = ReadLittleEndian(piece.substr(0, 4));
  Crc32c crc;
  for (std::size_t end = kHeaderBytes - 1; end < piece.size(); ++end) {
    crc.Add(piece[end]);  // the type, then the content
    if (crc.Masked() == want) return true;
  }
  return false;
}

absl::Status CheckFile(rocksdb::Env* env, const std::string& path) {
  std::uint64_t size = 0;
  RETURN_IF_ERROR(ToStatus(env->GetFileSize(path, &size), "cannot read a log"));
  if (size == 0) return absl::OkStatus();
  std::unique_ptr<rocksdb::RandomAccessFile> file;
  RETURN_IF_ERROR(
      ToStatus(env->NewRandomAccessFile(path, &file, rocksdb::EnvOptions()), "cannot read a log"));
  const std::uint64_t begin = (size - 1) / kBlockBytes * kBlockBytes;
  std::vector<char> space(kBlockBytes);
  rocksdb::Slice block;
  RETURN_IF_ERROR(
      ToStatus(file->Read(begin, size - begin, &block, space.data()), "cannot read a log"));
  const absl::Status status = CheckLastLogBlock(ToView(block));
  if (status.ok()) return status;
  return DamagedData(absl::StrCat(path, ": ", status.message()));
}

}  // namespace

absl::Status CheckLastLogBlock(absl::string_view block) {
  std::size_t offset = 0;
  while (offset + kHeaderBytes <= block.size()) {
    const absl::string_view piece = block.substr(offset);
    const std::size_t length = ReadLittleEndian(piece.substr(4, 2));
    const bool is_blank = length == 0 && piece[6] == 0;
    if (is_blank) {
      // Space that was set aside for later pieces: nothing but zeros to the end.
      if (std::all_of(piece.begin(), piece.end(), [](char byte) { return byte == 0; })) break;
      return DamagedData(absl::StrCat("a blank piece with bytes behind it, ", piece.size(),
                                      " bytes before the end"));
    }
    if (kHeaderBytes + length > piece.size()) {
      if (!IsWholeWhenShorter(piece)) break;  // torn off indeed
      return DamagedData(absl::StrCat("a piece with a damaged length of ", length, " bytes, ",
                                      piece.size(), " bytes before the end"));
    }
    offset += kHeaderBytes + length;
  }
  return absl::OkStatus();
}

absl::Status CheckLogTails(rocksdb::Env* env, const std::string& folder) {
  std::string manifest;
  // Without a readable CURRENT the database does not open either, and says so better.
  rocksdb::ReadFileToString(env, absl::StrCat(folder, "/CURRENT"), &manifest)
      .PermitUncheckedError();
  std::vector<std::string> names;
  RETURN_IF_ERROR(ToStatus(env->GetChildren(folder, &names), "cannot list the database"));
  for (const std::string& name : names) {
    if (!absl::EndsWith(name, ".log") && name != absl::StripSuffix(manifest, "\n")) continue;
    const std::string path = absl::StrCat(folder, "/", name);
    const absl::Status status = CheckFile(env, path);
    // A writer beside us may remove a log that it does not need any more.
    if (!status.ok() && env->FileExists(path).ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace sumlog::storage
