// import: takes go.sum files into a log that is not being served.

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "cli/bulk_adder.h"
#include "cli/go_sum_input.h"
#include "cli/import_report.h"
#include "cli/interrupt.h"
#include "cli/open_config.h"
#include "cli/printable.h"
#include "cli/progress.h"
#include "cli/verb.h"
#include "server/log_directory.h"

namespace sumlog::cli {
namespace {

struct ImportFlags {
  std::vector<std::string> files;
  bool strict = false;
};

GoSumSource StreamSource(std::istream* in) {
  return {.name = "-", .read = [in](absl::Span<char> space) -> absl::StatusOr<std::size_t> {
            if (in == nullptr) return absl::UnavailableError("-: there is no standard input");
            in->read(space.data(), static_cast<std::streamsize>(space.size()));
            if (in->bad()) return absl::UnavailableError("-: standard input cannot be read");
            return static_cast<std::size_t>(in->gcount());
          }};
}

absl::StatusOr<GoSumSource> FileSource(const std::string& path) {
  FileDescriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened.valid()) return ErrnoToStatus(errno, "open", path);
  // Shared because a std::function must be copyable; there is one reader.
  const auto file = std::make_shared<FileDescriptor>(std::move(opened));
  return GoSumSource{.name = path,
                     .read = [file, path](absl::Span<char> space) -> absl::StatusOr<std::size_t> {
                       while (true) {
                         const ssize_t count = ::read(file->get(), space.data(), space.size());
                         if (count >= 0) return static_cast<std::size_t>(count);
                         if (errno != EINTR) return ErrnoToStatus(errno, "read", path);
                       }
                     }};
}

struct NamedInput {
  std::string file;
  std::unique_ptr<GoSumInput> input;
};

// Bytes of all files together; 0 when one of them does not know.
std::uint64_t TotalBytes(const std::vector<std::string>& files) {
  std::uint64_t total = 0;
  for (const std::string& file : files) {
    std::error_code error;
    const std::uintmax_t size_bytes = std::filesystem::file_size(file, error);
    if (error) return 0;
    total += size_bytes;
  }
  return total;
}

// Reads and checks every file before any of them is used.
absl::StatusOr<std::vector<NamedInput>> ReadFiles(Context& context, const ImportFlags& flags,
                                                  GoSumWorkspace* workspace) {
  Progress progress(context, "read, in bytes");
  Amount bytes{.done = 0, .total = TotalBytes(flags.files)};
  std::vector<NamedInput> inputs;
  for (const std::string& file : flags.files) {
    absl::StatusOr<GoSumSource> source = StreamSource(context.in);
    if (file != "-") source = FileSource(file);
    RETURN_IF_ERROR(source.status());
    const auto read = std::move(source->read);
    source->read = [&](absl::Span<char> space) {
      absl::StatusOr<std::size_t> count = read(space);
      bytes.done += count.value_or(0);
      progress.Update(bytes);
      return count;
    };
    ASSIGN_OR_RETURN(std::unique_ptr<GoSumInput> input, GoSumInput::Read(*source, workspace));
    inputs.push_back({.file = file, .input = std::move(input)});
  }
  return inputs;
}

std::string OriginOf(const std::string& file) {
  if (file == "-") return "standard input";
  return std::filesystem::absolute(file).lexically_normal().string().substr(
      0, storage::kMaxProvenanceBytes);
}

// One import under way.
class Importer {
 public:
  Importer(Context& context, const ops::Config& config, log::OriginLog& log)
      : context_(context),
        config_(config),
        log_(log),
        adder_(&log.sequencer(), [this](const RefusedRecord& record) { KeepConflict(record); }),
        progress_(context, "import") {}

  // Adds everything, or what could be added until an error or an interrupt: report() says which.
  absl::Status Run(std::vector<NamedInput>& inputs, const InterruptWatch& interrupt) {
    for (const NamedInput& named : inputs) total_ += named.input->record_estimate();
    absl::Status status = absl::OkStatus();
    for (NamedInput& named : inputs) {
      status = AddFile(named, interrupt);
      if (!status.ok()) break;
    }
    if (status.ok()) status = adder_.Flush();
    status.Update(adder_.Wait());
    report_.finished = status.ok();
    report_.appended = adder_.appended();
    report_.already_there = adder_.already_there();
    report_.conflicting += adder_.refused();
    report_.tree_size = log_.reader().Newest()->signed_head.head.size;
    status.Update(store_error_);
    return status;
  }

  const ImportReport& report() const { return report_; }

 private:
  absl::Status AddFile(NamedInput& named, const InterruptWatch& interrupt) {
    const storage::Provenance provenance{
        .how = "import", .from = OriginOf(named.file), .when = context_.clock->Now()};
    while (named.input->HasPart()) {
      ASSIGN_OR_RETURN(gosum::GoSumFile part, named.input->TakePart());
      report_.incomplete += part.incomplete.size();
      report_.other_hash_lines += part.other_hash_lines;
      report_.conflicting += part.conflicts.size();
      for (const gosum::GoSumConflict& conflict : part.conflicts) {
        if (report_.file_conflicts.size() == kMaxListedConflicts) break;
        report_.file_conflicts.push_back({.file = named.file, .conflict = conflict});
      }
      for (gosum::Record& record : part.records) {
        if (interrupt.Seen()) return absl::CancelledError("interrupted");
        RETURN_IF_ERROR(adder_.Add(std::move(record), provenance));
        ShowProgress();
      }
    }
    return absl::OkStatus();
  }

  void ShowProgress() {
    const std::uint64_t done = adder_.appended() + adder_.already_there() + adder_.refused();
    // The total is an estimate; when there is more, it is not known.
    progress_.Update({.done = done, .total = done <= total_ ? total_ : 0});
  }

  void KeepConflict(const RefusedRecord& refused) {
    if (report_.log_conflicts.size() == kMaxListedConflicts) return;
    const absl::StatusOr<std::string> text = log_.reader().store().Record(refused.result.number);
    const absl::StatusOr<gosum::Record> in_log =
        text.ok() ? gosum::ParseRecordText(*text) : text.status();
    if (!in_log.ok()) {
      store_error_.Update(in_log.status());
      return;
    }
    const std::string& id = refused.result.evidence_id;
    report_.log_conflicts.push_back(
        {.file = refused.from,
         .number = refused.result.number,
         .in_log = *in_log,
         .in_file = refused.offered,
         .evidence_file =
             id.empty() ? "" : absl::StrCat(config_.dir, "/evidence/conflicts/", id, ".txt")});
  }

  Context& context_;
  const ops::Config& config_;
  log::OriginLog& log_;
  ImportReport report_;
  absl::Status store_error_;
  std::uint64_t total_ = 0;
  BulkAdder adder_;
  Progress progress_;
};

// The command that goes on: what is in the log already is only counted again.
std::string SameCommand(const Context& context, const ImportFlags& flags) {
  std::string command =
      absl::StrCat("sumlog import --dir ", context.dir, flags.strict ? " --strict" : "",
                   context.config.empty() ? "" : absl::StrCat(" --config ", context.config));
  for (const std::string& file : flags.files) absl::StrAppend(&command, " ", file);
  return command;
}

void FailUnfinished(Context& context, const ImportFlags& flags, const absl::Status& status) {
  const std::string go_on = absl::StrCat("to go on: ", SameCommand(context, flags));
  if (absl::IsCancelled(status)) {
    return Fail(
        context, "finish the import",
        WithFix(absl::CancelledError(
                    "interrupted\nwhy: what is counted above is in the log and stays there"),
                go_on));
  }
  Fail(context, "finish the import", WithFix(status, go_on));
}

void SayOnWhoseWord(Context& context, std::size_t file_count) {
  if (context.quiet) return;
  *context.err << "note: these hashes are taken on the word of the "
               << (file_count == 1 ? "file" : "files")
               << "; nothing compares them with another source,\n"
                  "      and each record's provenance says so\n";
}

void Import(Context& context, const ImportFlags& flags) {
  const absl::StatusOr<ops::Config> config = OpenLogConfig(context);
  if (!config.ok()) return Fail(context, "import", config.status());
  const absl::StatusOr<server::OpenedLog> opened = server::OpenLog(*config, {.bulk = true});
  if (!opened.ok()) {
    const int exit_code =
        absl::IsNotFound(opened.status()) ? kUnreachable : ExitCodeFor(opened.status());
    return Fail(context, absl::StrCat("import into ", config->dir), opened.status(), exit_code);
  }
  GoSumWorkspace workspace{.spool = SpoolFile(config->dir)};
  absl::StatusOr<std::vector<NamedInput>> inputs = ReadFiles(context, flags, &workspace);
  if (!inputs.ok()) {
    // A file that is not there is not "not in the log".
    const int exit_code =
        absl::IsNotFound(inputs.status()) ? kUnreachable : ExitCodeFor(inputs.status());
    const absl::Status status(
        inputs.status().code(),
        absl::StrCat(inputs.status().message(), "\nnothing of any file was imported"));
    return Fail(context, "import", status, exit_code);
  }
  const InterruptWatch interrupt;
  SayOnWhoseWord(context, flags.files.size());
  Importer importer(context, *config, *opened->log);
  const absl::Status status = importer.Run(*inputs, interrupt);
  const ImportReport& report = importer.report();
  PrintImportReport(context, report);
  *context.out << std::flush;
  if (!status.ok()) return FailUnfinished(context, flags, status);
  const bool left_out = report.incomplete > 0 || report.other_hash_lines > 0;
  if (report.conflicting > 0 || (flags.strict && left_out)) {
    context.exit_code = kFoundWrong;
  }
}

}  // namespace

void AddImport(CLI::App& program, Context& context) {
  CLI::App* verb =
      program.add_subcommand("import", "take go.sum files into a log that is not being served");
  const auto flags = std::make_shared<ImportFlags>();  // shared with the callback, which runs later
  verb->add_option("FILE", flags->files, "go.sum or go.work.sum files; - is standard input")
      ->required();
  verb->add_flag("--strict", flags->strict, "exit 1 when a version or a line is left out");
  verb->footer(
      "The hashes are taken on the files' word. A malformed line anywhere: nothing is\n"
      "imported. Exit 1: the log holds other hashes for a version; they stay, and the\n"
      "attempt is kept as evidence.\n"
      "Ctrl-C is safe: the same command goes on.\n"
      "example: sumlog import --dir /var/lib/sumlog go.sum");
  verb->callback([&context, flags] { Import(context, *flags); });
}

}  // namespace sumlog::cli
