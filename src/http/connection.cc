#include "http/connection.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream_base.hpp>
#include <cstring>
#include <utility>

#include "http/answerer.h"
#include "http/response_head.h"

namespace sumlog::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kFirstInputBytes = 2048;  // the head of every request of `go` fits

// After the last answer the connection stays half open for a moment: closing it while bytes of the
// client are unread would reset it, and the client would lose the answer.
constexpr absl::Duration kLingerTime = absl::Seconds(2);
constexpr std::size_t kMaxLingerBytes = std::size_t{1} << 20;

}  // namespace

Connection::Connection(Worker* worker, asio::ip::tcp::socket socket, ConnectionTicket ticket,
                       asio::ssl::context* tls)
    : worker_(worker), socket_(std::move(socket)), ticket_(std::move(ticket)) {
  if (tls != nullptr) tls_.emplace(socket_, *tls);
}

void Connection::Start(Worker::Entries::iterator entry) {
  entry_ = entry;
  error_code error;
  socket_.set_option(asio::ip::tcp::no_delay(true), error);
  if (!error) socket_.non_blocking(true, error);
  if (error) return Close();
  // The first head is timed from the beginning: a client connects because it has something to ask.
  SetDeadlineAfter(worker_->limits().header_timeout);
  head_is_timed_ = true;
  if (tls_.has_value()) return Handshake();
  Read();
}

void Connection::Handshake() {
  tls_->async_handshake(asio::ssl::stream_base::server,
                        [self = shared_from_this()](const error_code& error) {
                          if (self->closed_) return;
                          if (error) return self->Close();
                          self->Guarded([&] { self->Read(); });
                        });
}

void Connection::Expire() {
  if (closed_) return;
  const bool waits_for_head = slot_count_ == 0 && !finishing_ && !Input().empty();
  if (!waits_for_head) return Close();
  Refuse({408, "the request's head did not arrive in time"});
  Advance();
}

void Connection::Resume() {
  awaits_room_ = false;
  if (!closed_) Advance();
}

void Connection::BeginDrain() {
  if (closed_ || finishing_ || slot_count_ > 0 || !Input().empty()) return;
  // A request may have arrived that nobody has read yet.
  error_code error;
  if (socket_.available(error) > 0 && !error) return;
  Close();
}

void Connection::Close() {
  if (std::exchange(closed_, true)) return;
  error_code ignored;
  socket_.close(ignored);
  worker_->Remove(entry_);
  worker_->Release(std::exchange(unsent_bytes_, 0));
  ticket_.Release();
}

// Takes requests, writes answers, and again while that makes room for more; then waits for
// whatever comes next.
void Connection::Advance() {
  while (!closed_ && !finishing_) {
    const bool took = TakeRequests();
    const bool wrote = WriteReady();
    if (!took && !wrote) break;
  }
  if (!closed_) Settle();
}

bool Connection::TakeRequests() {
  bool took = false;
  while (MayTakeRequests() && TakeOneRequest()) took = true;
  return took;
}

bool Connection::MayTakeRequests() const {
  return !no_more_requests_ && slot_count_ < kMaxPipelined &&
         unsent_bytes_ <= worker_->limits().max_unsent_bytes_per_connection;
}

// Returns whether a slot was filled.
bool Connection::TakeOneRequest() {
  if (head_is_complete_) return DispatchIfRoom();
  // RFC 9112 section 2.2: an empty line before a request is tolerated.
  if (!scanner_.past_request_line() && absl::string_view(Input()).substr(0, 2) == "\r\n") {
    input_begin_ += 2;
    scanner_.Reset();
  }
  if (Input().empty() || Input() == "\r") return false;

  switch (scanner_.Scan(Input())) {
    case HeadScanner::Result::kMalformed:
      Refuse({400, "the request is not well-formed HTTP/1.1"});
      return true;
    case HeadScanner::Result::kIncomplete:
      if (Input().size() < worker_->limits().max_header_bytes) return false;
      if (scanner_.past_request_line()) {
        Refuse({431, "the request's headers are too long"});
      } else {
        Refuse({414, "the request's target is too long"});
      }
      return true;
    case HeadScanner::Result::kComplete:
      return DispatchIfRoom();
  }
  return false;
}

bool Connection::DispatchIfRoom() {
  head_is_complete_ = !worker_->HasRoom();
  if (head_is_complete_) return false;
  Dispatch();
  return true;
}

// Hands the request whose head is complete to the handler.
void Connection::Dispatch() {
  Slot& slot = PushSlot();
  const absl::string_view head = Input().substr(0, scanner_.head_size_bytes());
  const std::optional<Refusal> refusal = ParseRequestHead(head, &slot.request);
  input_begin_ += head.size();
  scanner_.Reset();
  head_is_timed_ = false;
  if (writing_count_ == 0) has_progressed_ = true;  // else it is the writing that counts
  if (refusal.has_value()) {
    no_more_requests_ = true;
    StoreAnswer(&slot, /*close_after=*/true, RefusalResponse(*refusal));
    return;
  }
  if (!slot.request.keep_alive) no_more_requests_ = true;

  handling_ = first_sequence_ + slot_count_ - 1;
  try {
    worker_->handler()->Handle(slot.request.request, MakeRespond(worker_->shared_from_this(),
                                                                 weak_from_this(), handling_));
  } catch (const std::exception& error) {
    // The Respond has gone unanswered, and by that has answered 500.
    worker_->failures().Report("a request failed", error.what());
  }
  handling_ = 0;
}

// Answers with an error, after the answers that are due; what the client sent is not looked at any
// more.
void Connection::Refuse(const Refusal& refusal) {
  Slot& slot = PushSlot();
  slot.request = RequestHead();
  no_more_requests_ = true;
  StoreAnswer(&slot, /*close_after=*/true, RefusalResponse(refusal));
}

Connection::Slot& Connection::PushSlot() {
  if (slot_count_ == 0) first_slot_ = 0;  // an unpipelined client uses one slot's memory only
  ++slot_count_;
  Slot& slot = SlotAt(slot_count_ - 1);
  slot.is_answered = false;
  slot.close_after = false;
  return slot;
}

void Connection::Answer(std::uint64_t sequence, Response response) {
  if (closed_ || sequence < first_sequence_ || sequence >= first_sequence_ + slot_count_) return;
  const std::size_t position = sequence - first_sequence_;
  Slot& slot = SlotAt(position);
  if (slot.is_answered) return;
  const bool is_last_of_drain = worker_->draining() && position + 1 == slot_count_;
  StoreAnswer(&slot, !slot.request.keep_alive || is_last_of_drain, std::move(response));
  if (handling_ != sequence) Advance();
}

void Connection::StoreAnswer(Slot* slot, bool close_after, Response response) {
  if (close_after) no_more_requests_ = true;
  const bool has_body =
      FormatResponseHead(slot->request, response, worker_->DateLine(), close_after, &slot->head);
  slot->body = has_body ? std::move(response.body) : std::string();
  slot->close_after = close_after;
  slot->is_answered = true;
  slot->unsent_bytes = slot->head.size() + slot->body.size();
  unsent_bytes_ += slot->unsent_bytes;
  worker_->Hold(slot->unsent_bytes);
}

void Connection::Read() {
  if (closed_ || reading_ || input_ended_) return;
  MakeRoom();
  reading_ = true;
  const auto room = asio::buffer(input_.data() + input_end_, input_.size() - input_end_);
  auto done = [self = shared_from_this()](const error_code& error, std::size_t size_bytes) {
    self->Guarded([&] { self->OnRead(error, size_bytes); });
  };
  if (tls_.has_value()) {
    tls_->async_read_some(room, std::move(done));
  } else {
    socket_.async_read_some(room, std::move(done));
  }
}

void Connection::OnRead(const error_code& error, std::size_t size_bytes) {
  reading_ = false;
  if (closed_) return;
  if (error) {
    // The client may have closed its side only, and still wait for answers.
    const bool is_end = error == asio::error::eof || error == asio::ssl::error::stream_truncated;
    const bool has_request = slot_count_ > 0 || head_is_complete_;
    if (!is_end || !has_request || finishing_) return Close();
    input_ended_ = true;
  }
  if (finishing_) return Discard(size_bytes);
  input_end_ += size_bytes;
  Advance();
}

// Throws away what comes in while the connection finishes. Over TLS the shutdown reads for itself.
void Connection::Discard(std::size_t size_bytes) {
  discarded_bytes_ += size_bytes;
  if (discarded_bytes_ > kMaxLingerBytes) return Close();
  if (!tls_.has_value()) Read();
}

// Leaves at least one byte free behind input_end_, and never holds more than one longest head.
void Connection::MakeRoom() {
  if (finishing_ || input_begin_ == input_end_) {
    input_begin_ = input_end_ = 0;
  } else if (input_end_ == input_.size() && input_begin_ > 0) {
    std::memmove(input_.data(), input_.data() + input_begin_, input_end_ - input_begin_);
    input_end_ -= input_begin_;
    input_begin_ = 0;
  }
  if (input_end_ < input_.size()) return;
  const std::size_t longest_head = worker_->limits().max_header_bytes;
  input_.resize(std::min(std::max(2 * input_.size(), kFirstInputBytes),
                         std::max(longest_head, input_end_ + 1)));
}

// What the connection waits for now, and for how long.
void Connection::Settle() {
  if (finishing_) return;
  if (slot_count_ == 0 && head_is_complete_) {
    deadline_ = Worker::SteadyTime::max();  // others' turn, whose writes have deadlines
    if (!awaits_room_) worker_->AwaitRoom(weak_from_this());
    awaits_room_ = true;
  } else if (slot_count_ == 0) {
    const bool is_done = input_ended_ || no_more_requests_ ||
                         (worker_->draining() && Input().empty() && !head_is_timed_);
    if (is_done) return Finish();
    if (Input().empty()) {
      if (!head_is_timed_) SetDeadlineAfter(worker_->limits().idle_timeout);
    } else if (!std::exchange(head_is_timed_, true)) {
      SetDeadlineAfter(worker_->limits().header_timeout);
    }
  } else if (writing_count_ == 0) {
    deadline_ = Worker::SteadyTime::max();  // the handler's turn
  }
  UpdateTurn();
  if (MayTakeRequests() && !head_is_complete_) Read();
}

// Tells the worker whose turn it is. A client that sends bytes but no request, or sends requests
// but takes no answer, keeps its place.
void Connection::UpdateTurn() {
  Worker::Turn turn = Worker::Turn::kServer;
  if (finishing_ || (slot_count_ == 0 && !head_is_timed_ && !head_is_complete_)) {
    turn = Worker::Turn::kNobody;
  } else if (writing_count_ > 0 || (slot_count_ == 0 && !head_is_complete_)) {
    turn = Worker::Turn::kClient;
  }
  const bool has_progressed = std::exchange(has_progressed_, false);
  if (has_progressed || entry_->turn != turn) worker_->Mark(entry_, turn);
}

void Connection::SetDeadlineAfter(absl::Duration duration) {
  deadline_ = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(duration);
}

// Everything has been sent: says so, and waits a moment for the client to close its side.
void Connection::Finish() {
  if (closed_ || std::exchange(finishing_, true)) return;
  UpdateTurn();
  SetDeadlineAfter(std::min(kLingerTime, worker_->limits().header_timeout));
  if (!tls_.has_value()) return Linger();
  tls_->async_shutdown([self = shared_from_this()](const error_code&) { self->Close(); });
}

void Connection::Linger() {
  error_code error;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  if (error || input_ended_) return Close();
  Read();
}

}  // namespace sumlog::http
