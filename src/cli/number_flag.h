// Flags whose value is a number: one spelling for every number, for all verbs.
//
// CLI11 would take "010" for eight and "-1" for a very large number.

#ifndef SUMLOG_CLI_NUMBER_FLAG_H_
#define SUMLOG_CLI_NUMBER_FLAG_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace sumlog::cli {

// Decimal digits alone, without a leading zero: "0", "12". kInvalidArgument names the text.
absl::StatusOr<std::uint64_t> ParseNumber(absl::string_view text);

// Adds "--name"; a command line with any other text for it is wrong use. `value` must live as long
// as `verb`.
CLI::Option* AddNumberFlag(CLI::App& verb, const std::string& name,
                           std::optional<std::uint64_t>& value, const std::string& description);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_NUMBER_FLAG_H_
