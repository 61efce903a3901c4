// The nouns of `bundle`, each in the file of its name.

#ifndef SUMLOG_CLI_BUNDLE_H_
#define SUMLOG_CLI_BUNDLE_H_

#include <memory>
#include <string>

#include "cli/verb.h"
#include "mirror/bundle.h"

namespace sumlog::cli {

// Opens a bundle; when it cannot be, says so as Fail does, and returns null. Damage is
// kFoundWrong.
std::unique_ptr<mirror::Bundle> OpenBundle(Context& context, const std::string& doing,
                                           const std::string& file);

void AddBundleExport(CLI::App& bundle, Context& context);
void AddBundleInspect(CLI::App& bundle, Context& context);
void AddBundleImport(CLI::App& bundle, Context& context);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_BUNDLE_H_
