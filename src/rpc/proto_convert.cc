#include "rpc/proto_convert.h"

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace sumlog::rpc {
namespace {

void FillSignedHead(const tlog::TreeHead& head, const std::string& note, absl::Time signed_at,
                    v1::SignedHead* out) {
  ToProto(head, out->mutable_tree_head());
  out->set_note(note);
  ToProto(signed_at, out->mutable_signed_at());
}

}  // namespace

std::string ToBytes(const tlog::Hash& hash) {
  return std::string(tlog::HashesAsBytes(absl::MakeConstSpan(&hash, 1)));
}

void ToProto(absl::Time time, google::protobuf::Timestamp* out) {
  const std::int64_t seconds = absl::ToUnixSeconds(time);  // rounds down, also before 1970
  out->set_seconds(seconds);
  out->set_nanos(
      static_cast<std::int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

void ToProto(absl::Span<const tlog::Hash> hashes,
             google::protobuf::RepeatedPtrField<std::string>* out) {
  out->Reserve(static_cast<int>(hashes.size()));
  for (const tlog::Hash& hash : hashes) out->Add(ToBytes(hash));
}

void ToProto(const tlog::TreeHead& head, v1::TreeHead* out) {
  out->set_size(head.size);
  out->set_root(ToBytes(head.root));
}

void ToProto(const log::PublishedHead& head, v1::SignedHead* out) {
  FillSignedHead(head.signed_head.head, head.signed_head.note, head.signed_at, out);
}

void ToProto(const storage::Provenance& provenance, v1::Provenance* out) {
  out->set_how(provenance.how);
  out->set_from(provenance.from);
  ToProto(provenance.when, out->mutable_when());
}

absl::Status ToProto(const storage::StoredHead& head, v1::SignedHead* out) {
  const absl::StatusOr<tlog::TreeHead> tree_head = tlog::ParseTreeHead(head.note);
  if (!tree_head.ok() || tree_head->size != head.size) {
    return absl::DataLossError(
        absl::StrCat("the head that is kept for size ", head.size, " is not one of that size"));
  }
  FillSignedHead(*tree_head, head.note, head.signed_at, out);
  return absl::OkStatus();
}

}  // namespace sumlog::rpc
