// What is said of a command line that CLI11 refuses, where its own words name no thing, or another
// one than was typed.
//
// Pure; safe from any thread.

#ifndef SUMLOG_CLI_PARSE_ERROR_H_
#define SUMLOG_CLI_PARSE_ERROR_H_

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace sumlog::cli {

// The first flag "--name=" with nothing behind the "="; empty when there is none. CLI11 would take
// the next argument for its value, whatever that is: ask before it parses.
std::string FlagWithoutValue(int argc, const char* const* argv);

// Describes an error that parsing `verb`, the innermost one, ended with.
std::string DescribeParseError(const CLI::App& verb, const CLI::ParseError& error);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_PARSE_ERROR_H_
