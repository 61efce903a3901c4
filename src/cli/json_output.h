// JSON on standard output: one value, one line break at the end.

#ifndef SUMLOG_CLI_JSON_OUTPUT_H_
#define SUMLOG_CLI_JSON_OUTPUT_H_

#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/verb.h"

namespace sumlog::cli {

// Keys stay in the order in which they were set.
using Json = nlohmann::ordered_json;

// Text that is not UTF-8 is printed with replacement characters, never refused.
inline void PrintJson(Context& context, const Json& value) {
  *context.out << value.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
}

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_JSON_OUTPUT_H_
