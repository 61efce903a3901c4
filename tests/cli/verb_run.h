// Runs the program in this process, on strings instead of streams.
//
//   VerbRun run = RunVerb({"keys", "show", "--dir", dir});
//   EXPECT_EQ(run.exit_code, kGood) << run.err;
//
// For verbs that end by themselves. Safe from any thread.

#ifndef SUMLOG_TESTS_CLI_VERB_RUN_H_
#define SUMLOG_TESTS_CLI_VERB_RUN_H_

#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/verb.h"

namespace sumlog::cli {

struct VerbRun {
  int exit_code = -1;
  std::string out, err;
};

struct VerbSurroundings {
  std::map<std::string, std::string> environment = {};
  bool err_is_terminal = false;
  std::string in = {};
};

inline VerbRun RunVerb(const std::vector<std::string>& arguments,
                       VerbSurroundings surroundings = {}) {
  std::vector<const char*> argv = {"sumlog"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  std::ostringstream out, err;
  std::istringstream in(surroundings.in);
  Context context;
  context.out = &out;
  context.err = &err;
  context.environment = std::move(surroundings.environment);
  context.err_is_terminal = surroundings.err_is_terminal;
  context.in = &in;
  const int exit_code = RunProgram(static_cast<int>(argv.size()), argv.data(), context);
  return {.exit_code = exit_code, .out = out.str(), .err = err.str()};
}

}  // namespace sumlog::cli

#endif  // SUMLOG_TESTS_CLI_VERB_RUN_H_
