// One message of records on its way: read, added (or only looked at), answered, journalled.

#ifndef SUMLOG_RPC_ADD_MESSAGE_H_
#define SUMLOG_RPC_ADD_MESSAGE_H_

#include <sumlog/v1/admin.pb.h>

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "log/published_head.h"
#include "rpc/add_batch.h"
#include "rpc/admin_context.h"
#include "rpc/caller.h"
#include "rpc/pending_adds.h"
#include "sumlog/gosum/module_pattern.h"

namespace sumlog::rpc {

// What is answered to a message.
struct AddReply {
  ResultMessages results;
  // Shared: one published head answers many messages. Never null when there are results.
  std::shared_ptr<const log::PublishedHead> head;
};

using AddReplyDone = std::function<void(absl::StatusOr<AddReply>)>;

// Adds the records of one message in the name of `caller`, who may add what `allowed` covers, and
// calls `done` once, from this thread or the sequencer's: it must be quick. The journal has the
// message before `done` is called. `admin` must outlive `pending`, which counts the message until
// `done` has returned.
//   kInvalidArgument  AddBatch::Read
// or what Sequencer::Add says of the message as a whole, or the journal's own errors.
void AddMessage(const AdminContext& admin, PendingAdds& pending, const Caller& caller,
                const gosum::ModulePatterns& allowed, const RecordMessages& records, bool dry_run,
                AddReplyDone done);

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_ADD_MESSAGE_H_
