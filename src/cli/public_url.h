// Where clients reach a log, as it is handed out to them.
//
// Pure; safe from any thread.

#ifndef SUMLOG_CLI_PUBLIC_URL_H_
#define SUMLOG_CLI_PUBLIC_URL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sumlog::cli {

// Letters, digits and -._~:/[]@%+= only: what no shell, YAML or Dockerfile interprets.
bool IsPlain(absl::string_view text);

// Checks a URL that the go command is to be given, and returns it without slashes at the end.
// kInvalidArgument: it is no http:// or https:// URL with a host, has a query or fragment, or is
// not IsPlain. The message names the text, without credentials, and what is wanted.
absl::StatusOr<std::string> ParsePublicUrl(const std::string& text);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_PUBLIC_URL_H_
