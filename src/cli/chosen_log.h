// The log that a verb reads from a data directory: its own one, or a mirror of another.

#ifndef SUMLOG_CLI_CHOSEN_LOG_H_
#define SUMLOG_CLI_CHOSEN_LOG_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "ops/config.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/note.h"

namespace CLI {
class App;
}

namespace sumlog::cli {

struct ChosenLog {
  tlog::VerifierKey key;
  std::unique_ptr<storage::LogStore> store;  // read-only, beside a process that may be serving it
  storage::StoredHead head;                  // the newest one that is signed

  const std::string& name() const { return key.name(); }
};

// The log of that name; of an empty one: the directory's own log or, where there is none, its only
// mirror.
//   kInvalidArgument  no such log, or several mirrors and no name
//   kNotFound         nothing is there yet, or a mirror that has reached no signed head
// or as server::LoadSigner, OpenStoreReadOnly and OpenMirrorReadOnly.
absl::StatusOr<ChosenLog> ChooseLog(const ops::Config& config, const std::string& name);

// Adds "--log NAME", which says so. `name` must live as long as `verb`.
void AddLogFlag(CLI::App& verb, std::string& name);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_CHOSEN_LOG_H_
