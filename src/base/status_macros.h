// RETURN_IF_ERROR and ASSIGN_OR_RETURN: hand a failed Status to the caller.
//
//   RETURN_IF_ERROR(store->Commit(batch));
//   ASSIGN_OR_RETURN(const Hash root, edge.Root());

#ifndef SUMLOG_BASE_STATUS_MACROS_H_
#define SUMLOG_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define RETURN_IF_ERROR(expression)                                                     \
  do {                                                                                  \
    if (absl::Status status_macro_result_ = (expression); !status_macro_result_.ok()) { \
      return status_macro_result_;                                                      \
    }                                                                                   \
  } while (false)

#define SUMLOG_MACRO_CONCAT_INNER_(a, b) a##b
#define SUMLOG_MACRO_CONCAT_(a, b) SUMLOG_MACRO_CONCAT_INNER_(a, b)

#define ASSIGN_OR_RETURN(declaration, expression) \
  SUMLOG_ASSIGN_OR_RETURN_(SUMLOG_MACRO_CONCAT_(status_or_, __LINE__), declaration, expression)

#define SUMLOG_ASSIGN_OR_RETURN_(result, declaration, expression) \
  auto result = (expression);                                     \
  if (!result.ok()) return std::move(result).status();            \
  declaration = *std::move(result)

#endif  // SUMLOG_BASE_STATUS_MACROS_H_
