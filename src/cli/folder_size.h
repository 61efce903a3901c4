// How much of a disk a database takes.
//
// Safe from any thread.

#ifndef SUMLOG_CLI_FOLDER_SIZE_H_
#define SUMLOG_CLI_FOLDER_SIZE_H_

#include <cstdint>
#include <string>

namespace sumlog::cli {

// The bytes of all files in `folder` and below; of what cannot be read, nothing. Cost: a look at
// each of them.
std::uint64_t SizeOfFolder(const std::string& folder);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_FOLDER_SIZE_H_
