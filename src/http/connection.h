// One client connection: bytes in, requests to the handler, answers out in order.
//
// Requests are pipelined up to a bound of their number and of the answers' bytes; a handler may
// answer any of them later. Reading stops while a bound is reached, or the worker has no room for
// more answers, so a client that sends faster than it takes answers waits in its own buffers.
//
// Owned by its worker's thread. The only things that other threads hold are weak pointers.

#ifndef SUMLOG_HTTP_CONNECTION_H_
#define SUMLOG_HTTP_CONNECTION_H_

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/connection_gauge.h"
#include "http/message.h"
#include "http/request_head.h"
#include "http/worker.h"

namespace sumlog::http {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // `worker` outlives this object. `tls` may be null: plain TCP.
  Connection(Worker* worker, boost::asio::ip::tcp::socket socket, ConnectionTicket ticket,
             boost::asio::ssl::context* tls);

  // Runs a step of this connection's life. What the step throws, libraries or want of memory, is
  // reported and closes this connection; the worker goes on with the others.
  template <typename Step>
  void Guarded(Step step) noexcept {
    try {
      step();
    } catch (const std::exception& error) {
      worker_->failures().Report("a connection was given up", error.what());
      Close();
    }
  }

  // The functions below may throw, and are called in a guarded step only.

  // `entry` is this connection's place in the worker's lists.
  void Start(Worker::Entries::iterator entry);

  // When Expire is due.
  Worker::SteadyTime deadline() const { return deadline_; }
  void Expire();

  // Goes on after Worker::AwaitRoom.
  void Resume();

  // Of answers that wait here.
  std::size_t unsent_bytes() const { return unsent_bytes_; }

  // Closes now when idle, else after the answers that are due.
  void BeginDrain();

  // Drops the connection at once. Idempotent.
  void Close();

  // Takes the answer to request number `sequence`; a second one, or one that comes after the end,
  // is dropped. Within Handler::Handle of that very request the caller goes on by itself, so this
  // only stores it then.
  void Answer(std::uint64_t sequence, Response response);
  bool IsHandling(std::uint64_t sequence) const { return handling_ == sequence; }

 private:
  using error_code = boost::system::error_code;

  // Enough for the round trip of a client that pipelines; bounds what one client can have us do.
  static constexpr std::size_t kMaxPipelined = 8;

  // A request that is being answered. Slots are reused, with their memory.
  struct Slot {
    RequestHead request;
    std::string head;  // of the response
    std::string body;
    std::size_t unsent_bytes = 0;  // of both
    bool is_answered = false;
    bool close_after = false;
  };

  // Buffers of one gathered write, cut from the front as they are taken.
  struct Gather {
    using value_type = boost::asio::const_buffer;
    using const_iterator = const value_type*;
    const_iterator first = nullptr;
    const_iterator last = nullptr;
    const_iterator begin() const { return first; }
    const_iterator end() const { return last; }
  };

  void Handshake();
  void Advance();
  bool TakeRequests();
  bool TakeOneRequest();
  bool MayTakeRequests() const;
  bool DispatchIfRoom();
  void Dispatch();
  void Refuse(const Refusal& refusal);
  Slot& PushSlot();
  Slot& SlotAt(std::size_t position) { return slots_[(first_slot_ + position) % kMaxPipelined]; }
  void StoreAnswer(Slot* slot, bool close_after, Response response);

  void Read();
  void OnRead(const error_code& error, std::size_t size_bytes);
  void Discard(std::size_t size_bytes);
  void MakeRoom();
  absl::string_view Input() const {
    return {input_.data() + input_begin_, input_end_ - input_begin_};
  }

  bool WriteReady();
  void GatherReady();
  bool WriteSome();
  void WriteTls();
  void OnWritten();
  void Settle();
  void UpdateTurn();
  void SetDeadlineAfter(absl::Duration duration);
  void Finish();
  void Linger();

  Worker* const worker_;
  boost::asio::ip::tcp::socket socket_;
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
  ConnectionTicket ticket_;
  Worker::Entries::iterator entry_;
  Worker::SteadyTime deadline_ = Worker::SteadyTime::max();

  // Where the connection is in its life. Each only ever becomes true.
  bool closed_ = false;
  bool finishing_ = false;  // nothing more will be sent; waiting for the client to see the end
  bool no_more_requests_ = false;  // refused, or "Connection: close": what follows is not read

  // Input: [input_begin_, input_end_) of input_ has come in and is not used yet.
  std::vector<char> input_;
  std::size_t input_begin_ = 0;
  std::size_t input_end_ = 0;
  bool reading_ = false;
  bool input_ended_ = false;  // the client has sent all that it will
  bool head_is_timed_ = false;
  bool head_is_complete_ = false;  // and waits until the worker has room for its answer
  bool awaits_room_ = false;       // Worker::AwaitRoom has been called, Resume not yet
  HeadScanner scanner_;
  std::size_t discarded_bytes_ = 0;

  // Requests in order of arrival: slots_[first_slot_] is the oldest, number first_sequence_.
  std::array<Slot, kMaxPipelined> slots_;
  std::size_t first_slot_ = 0;
  std::size_t slot_count_ = 0;
  std::uint64_t first_sequence_ = 1;
  std::uint64_t handling_ = 0;    // the request whose Handle is running; 0: none
  std::size_t unsent_bytes_ = 0;  // of all slots; the worker counts them too
  bool has_progressed_ = false;   // of the turn that it is, since the last mark

  // Output: what is being written now are the answers of the first writing_count_ slots.
  std::size_t writing_count_ = 0;
  std::array<boost::asio::const_buffer, 2 * kMaxPipelined> out_;
  Gather unsent_;
  std::string tls_out_;  // TLS wants one buffer; plain TCP gathers
};

}  // namespace sumlog::http

#endif  // SUMLOG_HTTP_CONNECTION_H_
