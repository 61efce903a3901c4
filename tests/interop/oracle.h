// What the oracles share: a loop that answers questions, one to a line, on standard output.
//
// A question is a word and fields, separated by spaces; a field is base64 ("-" for empty bytes) or
// a decimal number. An answer is "ok" with fields, or "error <status code> <base64 of the
// message>".

#ifndef SUMLOG_INTEROP_ORACLE_H_
#define SUMLOG_INTEROP_ORACLE_H_

#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/base64.h"
#include "base/check.h"

namespace sumlog::interop {

using Fields = std::vector<std::string>;

// Answers one question with the fields of "ok".
using Question = std::function<absl::StatusOr<Fields>(const Fields&)>;

inline std::string PackBytes(absl::string_view bytes) {
  return bytes.empty() ? "-" : Base64Encode(bytes);
}

inline std::string UnpackBytes(const std::string& field) {
  std::string bytes;
  CHECK(field == "-" || Base64Decode(field, &bytes));
  return bytes;
}

inline std::string AnswerLine(const absl::StatusOr<Fields>& answer) {
  if (!answer.ok()) {
    return absl::StrCat("error ", absl::StatusCodeToString(answer.status().code()), " ",
                        PackBytes(answer.status().message()));
  }
  std::string line = "ok";
  for (const std::string& field : *answer) absl::StrAppend(&line, " ", field);
  return line;
}

inline int RunOracle(const std::map<std::string, Question>& questions) {
  std::ios::sync_with_stdio(false);
  std::string line;
  while (std::getline(std::cin, line)) {
    Fields fields = absl::StrSplit(line, ' ');
    const auto question = questions.find(fields.front());
    CHECK(question != questions.end());
    fields.erase(fields.begin());
    std::cout << AnswerLine(question->second(fields)) << '\n';
    if (std::cin.rdbuf()->in_avail() <= 0) std::cout.flush();
  }
  return 0;
}

}  // namespace sumlog::interop

#endif  // SUMLOG_INTEROP_ORACLE_H_
