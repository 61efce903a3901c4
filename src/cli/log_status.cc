#include "cli/log_status.h"

#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/base64.h"
#include "base/bytes.h"
#include "base/status_macros.h"
#include "cli/folder_size.h"
#include "cli/open_config.h"
#include "cli/served.h"
#include "cli/server_judge.h"
#include "cli/verified_log.h"
#include "cli/verifier_key.h"
#include "client/http_fetcher.h"
#include "client/mask_credentials.h"
#include "server/log_directory.h"
#include "sumlog/tlog/note.h"

namespace sumlog::cli {
namespace {

constexpr std::size_t kMaxNoteAnswerBytes = tlog::kMaxNoteSizeBytes;

// What a note says and who it says has signed it; nobody's signature is checked.
struct ClaimedHead {
  tlog::TreeHead head;
  std::string signer;  // "name+hash"
};

absl::StatusOr<ClaimedHead> ReadClaims(const std::string& note) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(note, absl::MaxSplits("\n\n", 1));
  ClaimedHead claimed;
  ASSIGN_OR_RETURN(claimed.head, tlog::ParseTreeHead(absl::StrCat(parts.first, "\n")));
  // "— <name> <base64 of 4 bytes of key hash and the signature>"
  const absl::string_view line = parts.second.substr(0, parts.second.find('\n'));
  const std::vector<absl::string_view> fields = absl::StrSplit(line, ' ');
  std::string signature;
  if (fields.size() != 3 || fields[0] != "—" || !Base64Decode(fields[2], &signature) ||
      signature.size() < 4) {
    return absl::InvalidArgumentError("the answer is no signed note");
  }
  claimed.signer =
      absl::StrCat(fields[1], "+", absl::Hex(ReadBigEndian32(signature), absl::kZeroPad8));
  return claimed;
}

// The newest head as a server sends it.
absl::StatusOr<ClaimedHead> FetchClaims(const Context& context, const LogFlags& flags) {
  absl::StatusOr<std::string> note;
  if (IsGrpcAddress(flags.server)) {
    ASSIGN_OR_RETURN(const rpc_client::ConnectOptions options,
                     ReaderOptionsOf(context, flags.connect, flags.server));
    note = rpc_client::FetchNewestNote(options);
    // It has said itself where it could not be reached, or what is there instead.
    if (!note.ok()) return AboutFile(note.status());
  } else {
    ASSIGN_OR_RETURN(const client::HttpFetcherOptions options, HttpOptionsOf(flags));
    ASSIGN_OR_RETURN(const std::unique_ptr<client::Fetcher> fetcher,
                     client::NewHttpFetcher(options));
    note = fetcher->Fetch("/latest", kMaxNoteAnswerBytes);
  }
  const absl::StatusOr<ClaimedHead> claimed = note.ok() ? ReadClaims(*note) : note.status();
  if (!claimed.ok()) return NoDatabaseAt(flags.server, claimed.status());
  return claimed;
}

// What the server's administration says, if it has one and answers. Only who shows a token or a
// certificate has a reason to hear that it does not.
absl::Status AskAdministration(const Context& context, const LogFlags& flags, LogStatus* status) {
  ASSIGN_OR_RETURN(const rpc_client::ConnectOptions options,
                   CallerOptionsOf(context, flags.connect, flags.server));
  const bool says_who_calls = !options.token.empty() || !options.cert_file.empty();
  // A token never goes out in the clear; there, readers are all that a server may listen to.
  if (absl::StartsWith(flags.server, "grpc://")) return absl::OkStatus();
  const auto client = rpc_client::AdminClient::Connect(options);
  RETURN_IF_ERROR(client.status());
  absl::StatusOr<rpc_client::ServerStatus> service = (*client)->GetStatus();
  if (service.ok()) {
    status->service = *std::move(service);
  } else if (says_who_calls) {
    status->service_error = service.status();
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LogStatus> ReadDirectoryStatus(const Context& context, const std::string& key_text) {
  ASSIGN_OR_RETURN(const ops::Config config, OpenLogConfig(context));
  ASSIGN_OR_RETURN(const tlog::VerifierKey key, KeyOfLog(config, key_text));
  DirectoryStatus directory;
  directory.dir = config.dir;
  ASSIGN_OR_RETURN(directory.served, IsLocked(absl::StrCat(config.dir, "/lock")));
  directory.anchor = ReadAnchor(config, key);  // before the database: see JudgeAnchor
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::LogStore> store,
                   server::OpenStoreReadOnly(config));
  ASSIGN_OR_RETURN(const storage::StoredHead stored, store->SignedHead());
  ASSIGN_OR_RETURN(const tlog::SignedTreeHead head, OpenHeadOf(key, stored.note));

  const std::string database = server::DatabasePath(config);
  ASSIGN_OR_RETURN(directory.frozen, log::LoadFrozenState(*store));
  directory.head_signed_at = stored.signed_at;
  directory.disk_used_bytes = SizeOfFolder(database);
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(database, error);
  if (!error) directory.disk_free_bytes = space.available;

  LogStatus status;
  status.key = ShortKey(key);
  status.head = head.head;
  status.verified = true;
  status.directory = std::move(directory);
  status.problem = JudgeAnchor(status.directory->anchor, status.head, *store);
  return status;
}

absl::StatusOr<LogStatus> ReadServerStatus(const Context& context, const LogFlags& flags) {
  LogStatus status;
  status.server = client::MaskCredentials(flags.server);
  if (flags.key.empty()) {
    const absl::StatusOr<ClaimedHead> claimed = FetchClaims(context, flags);
    if (!claimed.ok()) return claimed.status();
    status.key = claimed->signer;
    status.head = claimed->head;
  } else {
    ASSIGN_OR_RETURN(const std::unique_ptr<VerifiedLog> log, OpenRemoteLog(context, flags));
    ASSIGN_OR_RETURN(const tlog::SignedTreeHead newest, log->Newest());
    status.key = ShortKey(log->key());
    status.head = newest.head;
    status.verified = true;
  }
  if (IsGrpcAddress(flags.server)) RETURN_IF_ERROR(AskAdministration(context, flags, &status));
  return status;
}

}  // namespace sumlog::cli
