// bundle inspect: what a bundle is, before anybody takes it in.

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "cli/bundle.h"
#include "cli/json_output.h"
#include "cli/printable.h"
#include "cli/proof_format.h"
#include "cli/verifier_key.h"
#include "sumlog/client/sumdb_client.h"

namespace sumlog::cli {
namespace {

struct InspectFlags {
  std::string file, key;
};

struct Inspected {
  mirror::BundleManifest manifest;
  std::optional<tlog::SignedTreeHead> head;  // signed by the key of the flags; nothing: no key
};

absl::StatusOr<Inspected> Inspect(mirror::Bundle& bundle, const InspectFlags& flags) {
  Inspected inspected{.manifest = bundle.manifest(), .head = std::nullopt};
  if (flags.key.empty()) return inspected;
  ASSIGN_OR_RETURN(const tlog::VerifierKey key, ParseKeyFlag(flags.key));
  if (key.name() != inspected.manifest.log_name) {
    return absl::InvalidArgumentError(absl::StrCat("it is of the log ", inspected.manifest.log_name,
                                                   ", and --key of ", key.name()));
  }
  const auto client = client::SumdbClient::Create({.key = key, .fetcher = &bundle});
  ASSIGN_OR_RETURN(inspected.head, client->Latest());
  return inspected;
}

void Print(Context& context, const InspectFlags& flags, const Inspected& inspected) {
  const mirror::BundleManifest& manifest = inspected.manifest;
  if (context.json) {
    Json json = {{"path", flags.file},
                 {"log", manifest.log_name},
                 {"from", manifest.from},
                 {"to", manifest.to},
                 {"signature_checked", inspected.head.has_value()}};
    if (inspected.head.has_value()) json["head"] = HeadToJson(*inspected.head);
    return PrintJson(context, json);
  }
  *context.out << "bundle of " << Printable(manifest.log_name) << ", "
               << FormatCount(manifest.to - manifest.from) << " records from "
               << FormatCount(manifest.from) << " to " << FormatCount(manifest.to) << "\n";
  if (inspected.head.has_value()) {
    *context.out << "its head of " << FormatCount(inspected.head->head.size)
                 << " records is signed by the key\n";
  }
  if (context.quiet) return;
  *context.err << "no byte of it has changed since it was made"
               << (inspected.head.has_value()
                       ? ""
                       : "; by whom it was made only --key can tell: it checks the signature")
               << "\nits records are verified when it is taken in: sumlog bundle import\n";
}

void RunInspect(Context& context, const InspectFlags& flags) {
  const std::string doing = absl::StrCat("inspect ", flags.file);
  const std::unique_ptr<mirror::Bundle> bundle = OpenBundle(context, doing, flags.file);
  if (bundle == nullptr) return;
  const absl::StatusOr<Inspected> inspected = Inspect(*bundle, flags);
  if (!inspected.ok()) return Fail(context, doing, inspected.status());
  Print(context, flags, *inspected);
}

}  // namespace

void AddBundleInspect(CLI::App& bundle, Context& context) {
  CLI::App* noun = bundle.add_subcommand("inspect", "say what a bundle is; find damage");
  const auto flags = std::make_shared<InspectFlags>();  // shared with the callback
  noun->add_option("FILE", flags->file, "the bundle")->required();
  noun->add_option("--key", flags->key, "verifier key of the log, to check the signature")
      ->type_name("VKEY");
  noun->footer(
      "Reads only. Exit 1: damaged, cut, or no bundle at all.\n"
      "example: sumlog bundle inspect week-47.bundle");
  noun->callback([&context, flags] { RunInspect(context, *flags); });
}

}  // namespace sumlog::cli
