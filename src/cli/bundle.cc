// bundle: a piece of a log in one file, for networks that no network reaches.

#include "cli/bundle.h"

#include <CLI/CLI.hpp>

#include "absl/status/statusor.h"

namespace sumlog::cli {

std::unique_ptr<mirror::Bundle> OpenBundle(Context& context, const std::string& doing,
                                           const std::string& file) {
  absl::StatusOr<std::unique_ptr<mirror::Bundle>> bundle = mirror::Bundle::Open(file);
  if (bundle.ok()) return *std::move(bundle);
  const bool is_damaged = absl::IsInvalidArgument(bundle.status());
  Fail(context, doing, bundle.status(),
       is_damaged ? kFoundWrong : ExitCodeOfMissing(bundle.status()));
  return nullptr;
}

void AddBundle(CLI::App& program, Context& context) {
  CLI::App* verb = program.add_subcommand("bundle", "carry a log in files to where no network is");
  verb->require_subcommand(1);
  verb->footer("example: sumlog bundle export week-47.bundle --from 71000000 --dir D");
  AddBundleExport(*verb, context);
  AddBundleInspect(*verb, context);
  AddBundleImport(*verb, context);
  verb->group("follow another's log; carry one without a network");  // one row with mirror
}

}  // namespace sumlog::cli
