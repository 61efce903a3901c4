// Serves a log of made-up records over gRPC, for rpccheck.
//
// usage: rpc_log_server <records>. Prints "<address> <verifier key>" and serves until its input
// ends. Record n is testing::TestRecord(n). Heads are published at a few sizes only.

#include <cstdint>
#include <cstdio>
#include <memory>

#include "absl/strings/numbers.h"
#include "base/check.h"
#include "base/clock.h"
#include "log/log_reader.h"
#include "log/store_tiles.h"
#include "rpc/rpc_server.h"
#include "storage/memory/memory_store.h"
#include "support/signed_log.h"

namespace sumlog {
namespace {

std::shared_ptr<const log::PublishedHead> NewestOf(const storage::LogStore& store,
                                                   const tlog::VerifierKey& key) {
  const storage::StoredHead stored = store.SignedHead().value();
  log::StoreTiles tiles(store);
  auto head = std::make_shared<log::PublishedHead>();
  head->signed_head = tlog::OpenTreeHead(stored.note, absl::MakeConstSpan(&key, 1)).value();
  head->signed_at = stored.signed_at;
  head->edge = tlog::TreeEdge::Load(stored.size, tiles).value();
  CHECK(head->edge.Root() == head->signed_head.head.root);
  return head;
}

int Serve(std::uint64_t record_count) {
  const std::unique_ptr<storage::LogStore> store = storage::NewMemoryStore();
  testing::SignedLog log(*store);
  log.AppendMadeUp(record_count / 3);
  log.AppendMadeUp(record_count - log.size());
  const log::LogReader reader(store.get(), NewestOf(*store, log.key()), {}, SystemClock());
  const absl::StatusOr<std::unique_ptr<rpc::RpcServer>> server =
      rpc::RpcServer::Start({.reader = &reader, .addresses = {"127.0.0.1:0"}});
  if (!server.ok()) {
    std::fprintf(stderr, "%s\n", server.status().ToString().c_str());
    return 1;
  }
  std::printf("%s %s\n", (*server)->addresses().front().c_str(), log.key().ToString().c_str());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  (*server)->Drain(absl::Seconds(5));
  return 0;
}

}  // namespace
}  // namespace sumlog

int main(int argc, char** argv) {
  std::uint64_t record_count = 0;
  CHECK(argc == 2 && absl::SimpleAtoi(argv[1], &record_count));
  return sumlog::Serve(record_count);
}
