#include "client/file_fetcher.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/file.h"

namespace sumlog::client {
namespace {

class FileFetcher final : public Fetcher {
 public:
  explicit FileFetcher(std::string folder) : folder_(std::move(folder)) {}

  absl::StatusOr<std::string> Fetch(absl::string_view path, std::size_t max_bytes) override {
    if (!absl::StartsWith(path, "/") || absl::StrContains(path, absl::string_view("\0", 1))) {
      return absl::InvalidArgumentError(absl::StrCat("not a path: ", path));
    }
    for (const absl::string_view element : absl::StrSplit(path.substr(1), '/')) {
      if (element.empty() || element == "." || element == "..") {
        return absl::InvalidArgumentError(absl::StrCat("path leaves the folder: ", path));
      }
    }
    absl::StatusOr<std::string> content = ReadFile(absl::StrCat(folder_, path), max_bytes);
    if (content.ok() || absl::IsNotFound(content.status()) ||
        absl::IsResourceExhausted(content.status())) {
      return content;
    }
    return absl::UnavailableError(content.status().message());
  }

 private:
  const std::string folder_;  // constant after construction
};

}  // namespace

std::unique_ptr<Fetcher> NewFileFetcher(std::string folder) {
  return std::make_unique<FileFetcher>(std::move(folder));
}

}  // namespace sumlog::client
