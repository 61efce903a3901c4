// CHECK(condition): stops the program when our own reasoning is wrong.
//
// For bugs of ours only. No input from outside may be able to reach a failing CHECK: that is an
// absl::Status.

#ifndef SUMLOG_BASE_CHECK_H_
#define SUMLOG_BASE_CHECK_H_

#include <cstdio>
#include <cstdlib>

#define CHECK(condition)                                                                 \
  do {                                                                                   \
    if (!(condition)) [[unlikely]] {                                                     \
      std::fprintf(stderr, "%s:%d: CHECK failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                      \
    }                                                                                    \
  } while (false)

#endif  // SUMLOG_BASE_CHECK_H_
