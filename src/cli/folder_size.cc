#include "cli/folder_size.h"

#include <filesystem>
#include <system_error>

namespace sumlog::cli {

std::uint64_t SizeOfFolder(const std::string& folder) {
  namespace fs = std::filesystem;
  std::uint64_t total = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    // A database removes files while it runs: what is gone has no size.
    std::error_code gone;
    const std::uintmax_t size_bytes = it->file_size(gone);
    if (!gone) total += size_bytes;
  }
  return total;
}

}  // namespace sumlog::cli
