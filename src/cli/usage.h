// Usage texts: at most 24 lines, ending with an example.

#ifndef SUMLOG_CLI_USAGE_H_
#define SUMLOG_CLI_USAGE_H_

#include <memory>

namespace CLI {
class FormatterBase;
}

namespace sumlog::cli {

// Shared: CLI11 hands one formatter to every subcommand.
std::shared_ptr<CLI::FormatterBase> NewUsageFormatter();

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_USAGE_H_
