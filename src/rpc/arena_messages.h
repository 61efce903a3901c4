// Request and response of one call on one arena: their parts cost one allocation instead of many.

#ifndef SUMLOG_RPC_ARENA_MESSAGES_H_
#define SUMLOG_RPC_ARENA_MESSAGES_H_

#include <google/protobuf/arena.h>
#include <grpcpp/support/message_allocator.h>

#include <array>

namespace sumlog::rpc {

// For SetMessageAllocatorFor_<method> of a callback service. Safe from any thread.
template <typename Request, typename Response>
class ArenaMessages final : public grpc::MessageAllocator<Request, Response> {
 public:
  // gRPC owns what this returns, until it calls Release.
  grpc::MessageHolder<Request, Response>* AllocateMessages() override { return new Holder; }

 private:
  class Holder final : public grpc::MessageHolder<Request, Response> {
   public:
    Holder() : arena_(first_block_.data(), first_block_.size()) {
      this->set_request(google::protobuf::Arena::CreateMessage<Request>(&arena_));
      this->set_response(google::protobuf::Arena::CreateMessage<Response>(&arena_));
    }
    void Release() override { delete this; }

   private:
    alignas(8) std::array<char, 4096> first_block_;  // a lookup's messages take about half of it
    google::protobuf::Arena arena_;
  };
};

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_ARENA_MESSAGES_H_
