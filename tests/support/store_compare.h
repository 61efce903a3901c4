// Compares everything that two stores answer.

#ifndef SUMLOG_TESTS_SUPPORT_STORE_COMPARE_H_
#define SUMLOG_TESTS_SUPPORT_STORE_COMPARE_H_

#include "gtest/gtest.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::testing {

// Success when `store` answers every question of LogStore (but for small state, which has no list)
// as `model` does: heads, every tile at its width, every record, index, leaf and provenance, and
// the questions just beyond the end. The failure names the first difference.
::testing::AssertionResult SameAnswers(const storage::LogStore& store,
                                       const storage::LogStore& model);

// The same for a damaged store, which may also answer kDataLoss.
::testing::AssertionResult SameAnswersOrDataLoss(const storage::LogStore& store,
                                                 const storage::LogStore& model);

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_SUPPORT_STORE_COMPARE_H_
