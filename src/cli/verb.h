// What every verb of the command line shares: streams, exit codes, the shape of an error.
//
// Data goes to `out`, talk to `err`. A verb is a function that adds its subcommand to the program;
// its callback fills `context.exit_code`.

#ifndef SUMLOG_CLI_VERB_H_
#define SUMLOG_CLI_VERB_H_

#include <istream>
#include <map>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/clock.h"

namespace CLI {
class App;
}

namespace sumlog::cli {

// architecture.md section 5; documented in --help and README.
enum ExitCode : int {
  kGood = 0,
  kFoundWrong = 1,   // checked and found wrong
  kWrongUse = 2,     // wrong use or configuration
  kUnreachable = 3,  // could not reach, read or lock
  kTampering = 4,    // signed bytes contradict each other or their proof
};

struct Context {
  std::ostream* out;  // data
  std::ostream* err;  // talk
  std::map<std::string, std::string> environment;
  bool err_is_terminal = false;  // progress bars and colours only then
  int exit_code = kGood;

  // Global flags.
  bool json = false;
  bool quiet = false;       // results and errors only
  bool no_color = false;    // --no-color, or NO_COLOR is set
  std::string dir = {};     // --dir, else SUMLOG_DIR
  std::string config = {};  // --config, else SUMLOG_CONFIG

  std::istream* in = nullptr;  // what "-" reads; may be null
  Clock* clock = SystemClock();
};

// The exit code for a failed call, where a verb knows nothing more precise:
//   kNotFound 1 · kInvalidArgument, kOutOfRange, kAlreadyExists 2 · kDataLoss, kUnauthenticated 4 ·
//   all others 3, and damage of our own disk too (base/damage.h)
int ExitCodeFor(const absl::Status& status);

// The same for a verb that looks nothing up: kNotFound is a file or a log that is not there, 3, and
// not "not in the log".
int ExitCodeOfMissing(const absl::Status& status);

// Prints "error: cannot <doing>: <message>" and sets the exit code. Further lines of the message
// stand below, indented; those that begin with "why: " or "fix: " are set off: a message holds our
// own words alone. What a server says (client::ServerTextOf) is quoted behind a bar. What could
// drive a terminal is escaped, credentials in URLs are masked. Prints nothing to `out`.
void Fail(Context& context, absl::string_view doing, const absl::Status& status);
void Fail(Context& context, absl::string_view doing, const absl::Status& status, int exit_code);

// The same with a last line "fix: <fix>", unless the message has one of its own.
absl::Status WithFix(const absl::Status& status, absl::string_view fix);

// One function per verb, each in the file of its name (cli/import.cc, …).
void AddQuickstart(CLI::App& program, Context& context);
void AddInit(CLI::App& program, Context& context);
void AddServe(CLI::App& program, Context& context);
void AddImport(CLI::App& program, Context& context);
void AddAdd(CLI::App& program, Context& context);
void AddLookup(CLI::App& program, Context& context);
void AddProve(CLI::App& program, Context& context);
void AddProveCheck(CLI::App& prove, Context& context);  // a noun of `prove`
void AddKeys(CLI::App& program, Context& context);
void AddClientConfig(CLI::App& program, Context& context);
void AddStatus(CLI::App& program, Context& context);
void AddFsck(CLI::App& program, Context& context);
void AddBackup(CLI::App& program, Context& context);
void AddExport(CLI::App& program, Context& context);
void AddBundle(CLI::App& program, Context& context);
void AddFreeze(CLI::App& program, Context& context);
void AddThaw(CLI::App& program, Context& context);
void AddBlock(CLI::App& program, Context& context);
void AddUnblock(CLI::App& program, Context& context);
void AddBlocks(CLI::App& program, Context& context);
void AddConflicts(CLI::App& program, Context& context);
void AddToken(CLI::App& program, Context& context);
void AddVersion(CLI::App& program, Context& context);

// The whole program: parses, runs one verb, returns the exit code (CLI11's own codes become 2).
int RunProgram(int argc, const char* const* argv, Context& context);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_VERB_H_
