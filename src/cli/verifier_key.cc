#include "cli/verifier_key.h"

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/status_macros.h"
#include "cli/open_config.h"
#include "server/log_directory.h"

namespace sumlog::cli {

absl::StatusOr<tlog::VerifierKey> ParseKeyFlag(const std::string& text) {
  absl::StatusOr<tlog::VerifierKey> key = tlog::VerifierKey::Parse(text);
  if (key.ok()) return key;
  return absl::InvalidArgumentError(
      absl::StrCat("--key: ", key.status().message(),
                   "\nfix: copy it whole, as \"sumlog keys show --dir D\" prints it"));
}

absl::StatusOr<tlog::VerifierKey> KeyOfLog(const ops::Config& config, const std::string& flag) {
  if (!flag.empty()) return ParseKeyFlag(flag);
  const absl::StatusOr<tlog::Signer> signer = server::LoadSigner(config);
  if (signer.ok()) return signer->verifier();
  absl::Status status = signer.status();
  // A lost key file is not "not in the log".
  if (absl::IsNotFound(status)) status = absl::UnavailableError(status.message());
  return WithFix(status, "name the log's verifier key instead: --key KEY");
}

absl::StatusOr<tlog::VerifierKey> OwnKeyOf(const ops::Config& config, const std::string& flag) {
  ASSIGN_OR_RETURN(tlog::VerifierKey key, KeyOfLog(config, flag));
  if (flag.empty()) return key;
  const absl::StatusOr<tlog::VerifierKey> own = KeyOfLog(config, "");
  const bool is_other = own.ok() && own->ToString() != key.ToString();
  if (key.name() == config.log_name && !is_other) return key;
  return absl::InvalidArgumentError(
      absl::StrCat("--key is ", ShortKey(key), ", the log in ", config.dir, " has ",
                   own.ok() ? ShortKey(*own) : absl::StrCat("one named ", config.log_name),
                   "\nfix: leave --key out where the key file is there"));
}

absl::StatusOr<tlog::VerifierKey> KeyOfFlagOrDirectory(const Context& context,
                                                       const std::string& flag,
                                                       const absl::Status& missing) {
  if (!flag.empty()) return ParseKeyFlag(flag);
  if (context.dir.empty()) return missing;
  ASSIGN_OR_RETURN(const ops::Config config, OpenLogConfig(context));
  return KeyOfLog(config, "");
}

absl::StatusOr<tlog::SignedTreeHead> OpenHeadOf(const tlog::VerifierKey& key,
                                                absl::string_view note) {
  absl::StatusOr<tlog::SignedTreeHead> head =
      tlog::OpenTreeHead(note, absl::MakeConstSpan(&key, 1));
  if (!absl::IsNotFound(head.status())) return head;
  return absl::UnauthenticatedError(
      absl::StrCat("the head is not signed by ", ShortKey(key),
                   "\nwhy: the key is another log's, or somebody else answers in its place"));
}

std::string ShortKey(const tlog::VerifierKey& key) {
  return absl::StrCat(key.name(), "+", absl::Hex(key.key_hash(), absl::kZeroPad8));
}

}  // namespace sumlog::cli
