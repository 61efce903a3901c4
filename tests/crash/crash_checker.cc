// Opens a log after a crash and checks it against all that was ever acknowledged:
//
//   crash_checker FOLDER ACKNOWLEDGEMENTS
//
//   I1  every head that was ever seen is a beginning of the newest one (consistency proofs)
//   I2  every acknowledged record is there, under its number, with its hashes, below its head
//   I3  no module version twice: as many index rows as records, each pointing to its own record;
//       what was refused is not there
// and that all records hash to the signed root. Ends with 0 when all of it holds; else names what
// does not.

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "crash_log.h"
#include "sumlog/gosum/record.h"
#include "sumlog/tlog/consistency.h"
#include "sumlog/tlog/tree_edge.h"

namespace sumlog::crash {
namespace {

struct Acknowledged {
  std::string outcome, key, zip_hash, mod_hash;
  std::uint64_t number = 0;
  tlog::TreeHead head;
};

absl::StatusOr<Acknowledged> ParseAcknowledgement(const std::string& line) {
  const std::vector<std::string> words = absl::StrSplit(line, ' ');
  Acknowledged parsed;
  if (words.size() != 7 || !absl::SimpleAtoi(words[1], &parsed.number) ||
      !absl::SimpleAtoi(words[5], &parsed.head.size)) {
    return absl::InvalidArgumentError(absl::StrCat("not an acknowledgement: ", line));
  }
  parsed.outcome = words[0];
  parsed.key = words[2];
  parsed.zip_hash = words[3];
  parsed.mod_hash = words[4];
  ASSIGN_OR_RETURN(parsed.head.root, tlog::ParseHash(words[6]));
  return parsed;
}

absl::StatusOr<std::vector<Acknowledged>> ReadAcknowledgements(const char* path) {
  std::vector<Acknowledged> all;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    ASSIGN_OR_RETURN(Acknowledged one, ParseAcknowledgement(line));
    all.push_back(std::move(one));
  }
  return all;
}

// I1.
absl::Status CheckHeads(const log::LogReader& reader, const std::vector<Acknowledged>& all) {
  const tlog::TreeHead newest = reader.Newest()->signed_head.head;
  std::map<std::uint64_t, tlog::Hash> heads;
  for (const Acknowledged& one : all) {
    if (heads.emplace(one.head.size, one.head.root).first->second != one.head.root) {
      return absl::DataLossError(absl::StrCat("two roots were seen for size ", one.head.size));
    }
    if (one.number >= one.head.size) {
      return absl::DataLossError(absl::StrCat("record ", one.number, " of ", one.key,
                                              " was acknowledged under a head of ", one.head.size));
    }
  }
  const auto tiles = reader.Tiles();
  for (const auto& [size, root] : heads) {
    if (size > newest.size) {
      return absl::DataLossError(
          absl::StrCat("a head of ", size, " was seen, the log has ", newest.size));
    }
    ASSIGN_OR_RETURN(const std::vector<tlog::Hash> path,
                     tlog::ProveConsistency({.old_size = size, .new_size = newest.size}, *tiles));
    RETURN_IF_ERROR(tlog::VerifyConsistency({.size = size, .root = root}, newest, path));
  }
  return absl::OkStatus();
}

// I2, and the refusals of I3.
absl::Status CheckRecords(const log::LogReader& reader, const std::vector<Acknowledged>& all) {
  for (const Acknowledged& one : all) {
    ASSIGN_OR_RETURN(const gosum::ModuleVersion module, gosum::ParseModuleVersion(one.key));
    const absl::StatusOr<log::LookupAnswer> answer = reader.Lookup(module);
    if (!answer.ok()) {
      return absl::DataLossError(
          absl::StrCat("acknowledged ", one.key, " is lost: ", answer.status().ToString()));
    }
    if (answer->number != one.number) {
      return absl::DataLossError(absl::StrCat(one.key, " was acknowledged as record ", one.number,
                                              ", now it is ", answer->number));
    }
    ASSIGN_OR_RETURN(const gosum::Record record, gosum::ParseRecordText(answer->record_text));
    const bool same = record.zip_hash == one.zip_hash && record.mod_hash == one.mod_hash;
    if (same == (one.outcome == "conflict")) {
      return absl::DataLossError(absl::StrCat(one.key, " was answered with ", one.outcome,
                                              ", but its hashes are ", same ? "" : "not ",
                                              "those of the log"));
    }
  }
  return absl::OkStatus();
}

// I3, and that the records are those of the signed tree.
absl::Status CheckWhole(const log::LogReader& reader) {
  const tlog::TreeHead newest = reader.Newest()->signed_head.head;
  std::set<std::uint64_t> numbers;
  RETURN_IF_ERROR(
      reader.store().VisitIndex([&](absl::string_view key, std::uint64_t number) -> absl::Status {
        ASSIGN_OR_RETURN(const std::string text, reader.store().Record(number));
        ASSIGN_OR_RETURN(const gosum::Record record, gosum::ParseRecordText(text));
        if (record.module.ToString() != key || !numbers.insert(number).second) {
          return absl::DataLossError(absl::StrCat("index row ", key, " is wrong or doubled"));
        }
        return absl::OkStatus();
      }));
  if (numbers.size() != newest.size) {
    return absl::DataLossError(
        absl::StrCat(numbers.size(), " index rows for ", newest.size, " records"));
  }
  tlog::TreeEdge edge;
  std::vector<tlog::Hash> leaves;
  for (std::uint64_t number = 0; number < newest.size; ++number) {
    ASSIGN_OR_RETURN(const std::string text, reader.store().Record(number));
    leaves.push_back(tlog::LeafHash(text));
  }
  edge.Append(leaves);
  if (edge.Root() != newest.root) return absl::DataLossError("the records have another root");
  return absl::OkStatus();
}

absl::Status Check(const char* folder, const char* acknowledgements) {
  ASSIGN_OR_RETURN(const std::vector<Acknowledged> all, ReadAcknowledgements(acknowledgements));
  ASSIGN_OR_RETURN(const std::unique_ptr<log::OriginLog> log, OpenCrashLog(folder));
  RETURN_IF_ERROR(CheckHeads(log->reader(), all));
  RETURN_IF_ERROR(CheckRecords(log->reader(), all));
  RETURN_IF_ERROR(CheckWhole(log->reader()));
  std::printf("%zu acknowledgements hold in a tree of %llu records\n", all.size(),
              static_cast<unsigned long long>(log->reader().Newest()->signed_head.head.size));
  return absl::OkStatus();
}

}  // namespace
}  // namespace sumlog::crash

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const absl::Status status = sumlog::crash::Check(argv[1], argv[2]);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
