#include "backup/known_heads.h"

#include "backup/timeline_check.h"
#include "base/status_macros.h"

namespace sumlog::backup {

absl::StatusOr<std::optional<KnownHead>> FindLacking(absl::Span<const KnownHead> known,
                                                     const tlog::SignedTreeHead& newest,
                                                     const storage::LogStore& store,
                                                     RecordSource* source) {
  std::optional<KnownHead> lacking;
  for (const KnownHead& each : known) {
    const std::uint64_t size = each.signed_head.head.size;
    if (size <= newest.head.size) {
      RETURN_IF_ERROR(
          CheckContinues(each.signed_head, each.name, newest, "the restored database", store));
      continue;
    }
    if (source != nullptr && size <= source->newest().signed_head.head.size) {
      RETURN_IF_ERROR(CheckContinues(each.signed_head, each.name, source->newest().signed_head,
                                     source->name(), source->Tiles()));
    }
    if (!lacking.has_value() || size > lacking->signed_head.head.size) lacking = each;
  }
  return lacking;
}

absl::Status CheckOneHistory(const tlog::SignedTreeHead& newest, const storage::LogStore& store,
                             RecordSource* source) {
  if (source == nullptr) return absl::OkStatus();
  const tlog::SignedTreeHead& of_source = source->newest().signed_head;
  if (of_source.head.size <= newest.head.size) {
    return CheckContinues(of_source, source->name(), newest, "the database", store);
  }
  return CheckContinues(newest, "the database", of_source, source->name(), source->Tiles());
}

}  // namespace sumlog::backup
