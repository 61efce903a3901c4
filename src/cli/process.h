// The program as a process: real streams, real environment, and what the system does to them.

#ifndef SUMLOG_CLI_PROCESS_H_
#define SUMLOG_CLI_PROCESS_H_

namespace sumlog::cli {

// Runs the program on the process's own streams. A standard output that does not take what was
// written to it (closed, full, a reader that went away) makes a good end exit 3: nothing that looks
// like success when the answer was lost.
int RunProcess(int argc, const char* const* argv);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_PROCESS_H_
