// Whether tests shall take the time for many more rounds: SUMLOG_NIGHTLY=1, as tests/run --nightly
// sets it.

#ifndef SUMLOG_TESTS_SUPPORT_NIGHTLY_H_
#define SUMLOG_TESTS_SUPPORT_NIGHTLY_H_

#include <cstdlib>
#include <string_view>

namespace sumlog::testing {

inline bool IsNightly() {
  const char* const nightly = std::getenv("SUMLOG_NIGHTLY");
  return nightly != nullptr && std::string_view(nightly) == "1";
}

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_SUPPORT_NIGHTLY_H_
