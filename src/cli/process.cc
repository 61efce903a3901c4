#include "cli/process.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <iostream>
#include <map>
#include <string>

#include "cli/standard_input.h"
#include "cli/verb.h"

namespace sumlog::cli {
namespace {

// A program started with a standard stream closed would get that number for the next file that it
// opens, and then print into its own database. The direction is the wrong one for each, so that a
// use of the stream still fails.
void OccupyStandardStreams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) != -1) continue;
    // The lowest free number is `fd`: all below it are in use.
    if (::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd) _exit(kUnreachable);
  }
}

std::map<std::string, std::string> Environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return variables;
}

}  // namespace

int RunProcess(int argc, const char* const* argv) {
  OccupyStandardStreams();
  std::signal(SIGPIPE, SIG_IGN);  // a write to a closed pipe fails instead, and is reported below

  Context context{.out = &std::cout, .err = &std::cerr, .environment = Environment()};
  context.err_is_terminal = ::isatty(STDERR_FILENO) == 1;
  DescriptorStream in(STDIN_FILENO);
  context.in = &in;
  const int exit_code = RunProgram(argc, argv, context);
  std::cout.flush();
  if (std::cout.good() || exit_code != kGood) return exit_code;
  Fail(context, "write to standard output",
       absl::UnavailableError("what was printed did not arrive\nwhy: it is closed, or its disk or "
                              "pipe does not take more"));
  return context.exit_code;
}

}  // namespace sumlog::cli
