#include "gosum/file_path.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "gosum/path_element.h"
#include "gosum/quote.h"

namespace sumlog::gosum {

absl::Status CheckFilePath(absl::string_view path) {
  absl::string_view rest = path;
  while (true) {
    const std::size_t slash = rest.find('/');
    const absl::string_view element = rest.substr(0, slash);
    if (const absl::Status status = CheckUnicodeFileNameElement(element); !status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("has an element ", Quote(element), " that ", status.message()));
    }
    if (slash == absl::string_view::npos) return absl::OkStatus();
    rest.remove_prefix(slash + 1);
  }
}

}  // namespace sumlog::gosum
