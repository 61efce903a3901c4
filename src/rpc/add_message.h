// One message of records: read, checked, and handed to the sequencer (or only looked at).

#ifndef SUMLOG_RPC_ADD_MESSAGE_H_
#define SUMLOG_RPC_ADD_MESSAGE_H_

#include <sumlog/v1/admin.pb.h>

#include "rpc/add_answers.h"
#include "rpc/add_batch.h"
#include "rpc/caller.h"
#include "sumlog/gosum/module_pattern.h"

namespace sumlog::rpc {

// Adds the records of one message in the name of `caller`, who may add what `allowed` covers, and
// calls `done` once, from this thread or that of the answers: it must be quick. The journal has the
// message before `done` is called.
//   kInvalidArgument  AddBatch::Read
// or what Sequencer::Add says of the message as a whole, or the journal's own errors.
void AddMessage(AddAnswers& answers, const Caller& caller, const gosum::ModulePatterns& allowed,
                const RecordMessages& records, bool dry_run, AddReplyDone done);

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_ADD_MESSAGE_H_
