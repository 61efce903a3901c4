// sumlog keys: shows the verifier key of a log, makes new key pairs.

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "cli/json_output.h"
#include "cli/open_config.h"
#include "cli/printable.h"
#include "cli/verb.h"
#include "crypto/wipe.h"
#include "server/log_directory.h"

namespace sumlog::cli {
namespace {

struct NewKeyFlags {
  std::string name, out;
};

void PrintKey(Context& context, const tlog::VerifierKey& key) {
  if (!context.json) {
    *context.out << key.ToString() << "\n";
    return;
  }
  PrintJson(context, {{"name", key.name()},
                      {"key_hash", absl::StrFormat("%08x", key.key_hash())},
                      {"verifier_key", key.ToString()}});
}

absl::StatusOr<tlog::VerifierKey> LoadVerifierKey(const Context& context) {
  ASSIGN_OR_RETURN(const ops::Config config, OpenLogConfig(context));
  ASSIGN_OR_RETURN(const tlog::Signer signer, server::LoadSigner(config));
  return signer.verifier();
}

void RunShow(Context& context) {
  const absl::StatusOr<tlog::VerifierKey> key = LoadVerifierKey(context);
  if (absl::IsNotFound(key.status())) {
    return Fail(context, "show the key", key.status(), kUnreachable);
  }
  if (!key.ok()) return Fail(context, "show the key", key.status());
  PrintKey(context, *key);
}

absl::StatusOr<tlog::VerifierKey> MakeKey(const std::string& name, const std::string& path) {
  ASSIGN_OR_RETURN(const tlog::Signer signer, server::NewSigner(name));
  std::string secret = absl::StrCat(signer.ToSecretString(), "\n");
  const absl::Status written = CreateFileDurably(path, secret, 0600);
  crypto::Wipe(&secret);
  RETURN_IF_ERROR(written);
  return signer.verifier();
}

void RunNew(Context& context, const NewKeyFlags& flags) {
  const std::string path = flags.out.empty() ? absl::StrCat(flags.name, ".key") : flags.out;
  const absl::StatusOr<tlog::VerifierKey> key = MakeKey(flags.name, path);
  if (absl::IsNotFound(key.status())) return Fail(context, "make a key", key.status(), kWrongUse);
  if (!key.ok()) return Fail(context, "make a key", key.status());
  if (!context.quiet) {
    *context.err << "the private key is in " << Printable(path)
                 << " (mode 0600; back it up, show it to nobody)\n"
                 << std::flush;
  }
  PrintKey(context, *key);
}

}  // namespace

void AddKeys(CLI::App& program, Context& context) {
  CLI::App* verb = program.add_subcommand("keys", "show the log's verifier key, make a key pair");
  verb->require_subcommand(1);
  verb->footer("example: sumlog keys show --dir /var/lib/sumlog");

  CLI::App* show = verb->add_subcommand("show", "print the verifier key of the log in --dir");
  show->footer("example: sumlog keys show --dir /var/lib/sumlog");
  show->callback([&context] { RunShow(context); });

  CLI::App* make = verb->add_subcommand("new", "make a key pair; print its verifier key");
  // Shared: the callback, which outlives this call, owns the flags.
  const auto flags = std::make_shared<NewKeyFlags>();
  make->add_option("--name", flags->name, "host name of the log that will sign with it")
      ->type_name("NAME")
      ->required();
  make->add_option("--out", flags->out, "file for the private key (NAME.key)")->type_name("F");
  make->footer("example: sumlog keys new --name sum.corp.example.com --out new.key");
  make->callback([flags, &context] { RunNew(context, *flags); });
}

}  // namespace sumlog::cli
