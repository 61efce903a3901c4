// Our types → messages of sumlog.v1.
//
// Pure; safe from any thread.

#ifndef SUMLOG_RPC_PROTO_CONVERT_H_
#define SUMLOG_RPC_PROTO_CONVERT_H_

#include <sumlog/v1/types.pb.h>

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "log/published_head.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::rpc {

std::string ToBytes(const tlog::Hash& hash);

void ToProto(absl::Time time, google::protobuf::Timestamp* out);
void ToProto(absl::Span<const tlog::Hash> hashes,
             google::protobuf::RepeatedPtrField<std::string>* out);
void ToProto(const tlog::TreeHead& head, v1::TreeHead* out);
void ToProto(const log::PublishedHead& head, v1::SignedHead* out);
void ToProto(const storage::Provenance& provenance, v1::Provenance* out);

// kDataLoss: the note is not one over a tree head of the size under which it is kept.
absl::Status ToProto(const storage::StoredHead& head, v1::SignedHead* out);

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_PROTO_CONVERT_H_
