// The key that a verb verifies with.

#ifndef SUMLOG_CLI_VERIFIER_KEY_H_
#define SUMLOG_CLI_VERIFIER_KEY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/verb.h"
#include "ops/config.h"
#include "sumlog/tlog/note.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::cli {

// The argument of --key. kInvalidArgument says what is wrong with it.
absl::StatusOr<tlog::VerifierKey> ParseKeyFlag(const std::string& text);

// The key in `flag`; when that is empty, the public half of the key in the log's directory. Status
// codes as server::LoadSigner.
absl::StatusOr<tlog::VerifierKey> KeyOfLog(const ops::Config& config, const std::string& flag);

// The same, for what must be done under the log's own key: kInvalidArgument also when `flag` is a
// key of another name, or not the one in the log's directory.
absl::StatusOr<tlog::VerifierKey> OwnKeyOf(const ops::Config& config, const std::string& flag);

// The key in `flag`; when that is empty, that of the log in --dir; `missing` when there is no
// --dir.
absl::StatusOr<tlog::VerifierKey> KeyOfFlagOrDirectory(const Context& context,
                                                       const std::string& flag,
                                                       const absl::Status& missing);

// Opens a signed head. kUnauthenticated: it is not signed by `key`; otherwise as
// tlog::OpenTreeHead.
absl::StatusOr<tlog::SignedTreeHead> OpenHeadOf(const tlog::VerifierKey& key,
                                                absl::string_view note);

// "sum.example.com+c89c7779": name and hash of a key, the form in which people compare keys.
std::string ShortKey(const tlog::VerifierKey& key);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_VERIFIER_KEY_H_
