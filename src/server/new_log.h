// Making a log: every part of a data directory, or, after a crash, the parts that are missing.
//
// A log may never begin anew under a key that has signed: so what is there is refused, unless the
// file <dir>/unfinished says that it comes from a making that did not end. That file is written
// before the first part and removed after the last; what stands beside it was made by us, and
// nobody has been served from it.

#ifndef SUMLOG_SERVER_NEW_LOG_H_
#define SUMLOG_SERVER_NEW_LOG_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "ops/config.h"
#include "sumlog/tlog/note.h"

namespace sumlog::server {

struct NewLog {
  std::string dir;
  std::string name;  // a bare host name, lower case: "sum.corp.example.com", "localhost"
  // What flags say, "listen.http" → "127.0.0.1:8080": goes into the new file. Relative paths mean
  // the working directory.
  std::map<std::string, std::string> settings = {};
  // Wins over the file later, so it is judged and obeyed now: a key or an anchor that it places
  // elsewhere is made there, and the file says so.
  std::map<std::string, std::string> environment = {};
  std::string config_file = {};  // to be written; empty: <dir>/sumlog.toml
};

struct MadeLog {
  tlog::VerifierKey key;
  ops::Config config;         // as a start with the same file and environment reads it
  bool was_finished = false;  // parts of it were there from a making that was interrupted
};

// Makes key, database with the head of the empty tree, anchor, and last the configuration. Wrong
// settings are refused before anything is made. Once the directory is made, a call that failed or
// was killed is finished by the same call again.
//   kAlreadyExists       the directory holds a log, part of one, or an unfinished one that was
//                        begun in another way; nothing was changed, and the message says how to go
//                        on
//   kFailedPrecondition  another process has the directory; the folder of an anchor outside it is
//                        not there
//   kInvalidArgument     a name that cannot be a log's; a setting or variable that is no key, or
//                        has a wrong value; a SUMLOG_LOG_NAME that is another
// or the errors of the system.
absl::StatusOr<MadeLog> CreateLog(const NewLog& log);

// Whether the directory holds a log whose making did not end.
bool IsUnfinished(const std::string& dir);

}  // namespace sumlog::server

#endif  // SUMLOG_SERVER_NEW_LOG_H_
