#include "cli/process.h"

int main(int argc, char** argv) { return sumlog::cli::RunProcess(argc, argv); }
