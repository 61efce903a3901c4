// The verb `mirror` and its nouns, each in the file of its name.

#ifndef SUMLOG_CLI_MIRROR_H_
#define SUMLOG_CLI_MIRROR_H_

#include "cli/verb.h"

namespace sumlog::cli {

void AddMirror(CLI::App& program, Context& context);

void AddMirrorRun(CLI::App& mirror, Context& context);
void AddMirrorStatus(CLI::App& mirror, Context& context);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_MIRROR_H_
