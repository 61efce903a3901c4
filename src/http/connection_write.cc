// The half of Connection that sends: answers that are ready, in order, as fast as the client takes
// them. connection.cc has the rest.

#include <algorithm>
#include <boost/asio/completion_condition.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "http/connection.h"

namespace sumlog::http {
namespace {

namespace asio = boost::asio;

}  // namespace

// Starts or finishes a write of the answers that are next in order. Returns whether slots became
// free.
bool Connection::WriteReady() {
  if (writing_count_ > 0 || slot_count_ == 0 || !SlotAt(0).is_answered) return false;
  GatherReady();
  has_progressed_ = true;
  SetDeadlineAfter(worker_->limits().write_timeout);
  if (tls_.has_value()) {
    WriteTls();
    return false;
  }
  return WriteSome();
}

void Connection::GatherReady() {
  std::size_t buffer_count = 0;
  for (; writing_count_ < slot_count_ && SlotAt(writing_count_).is_answered; ++writing_count_) {
    const Slot& slot = SlotAt(writing_count_);
    out_[buffer_count++] = asio::buffer(slot.head);
    if (!slot.body.empty()) out_[buffer_count++] = asio::buffer(slot.body);
  }
  unsent_ = {out_.data(), out_.data() + buffer_count};
}

// Writes as much as the system takes now, and comes back when it takes more. Returns whether
// everything was taken.
bool Connection::WriteSome() {
  while (unsent_.first != unsent_.last) {
    error_code error;
    std::size_t taken = socket_.write_some(unsent_, error);
    if (error == asio::error::would_block || error == asio::error::try_again) {
      socket_.async_wait(asio::socket_base::wait_write,
                         [self = shared_from_this()](const error_code& wait_error) {
                           if (self->closed_) return;
                           if (wait_error) return self->Close();
                           self->Guarded([&] {
                             if (self->WriteSome()) return self->Advance();
                             if (!self->closed_) self->UpdateTurn();
                           });
                         });
      return false;
    }
    if (error) {
      Close();
      return false;
    }
    has_progressed_ = true;
    for (auto* buffer = &out_[static_cast<std::size_t>(unsent_.first - out_.data())];
         taken > 0 && unsent_.first != unsent_.last; ++buffer) {
      const std::size_t of_buffer = std::min(taken, buffer->size());
      *buffer += of_buffer;
      taken -= of_buffer;
      if (buffer->size() > 0) break;
      ++unsent_.first;
    }
  }
  OnWritten();
  return true;
}

void Connection::WriteTls() {
  tls_out_.clear();
  for (const auto& buffer : unsent_) {
    tls_out_.append(static_cast<const char*>(buffer.data()), buffer.size());
  }
  unsent_ = {};
  for (std::size_t i = 0; i < writing_count_; ++i) std::string().swap(SlotAt(i).body);
  // Called before each piece; the connection is alive as long as the write is.
  const auto on_progress = [this](const error_code& error, std::size_t written_bytes) {
    if (written_bytes > 0 && !closed_) {
      has_progressed_ = true;
      UpdateTurn();
    }
    return asio::transfer_all()(error, written_bytes);
  };
  asio::async_write(*tls_, asio::buffer(tls_out_), on_progress,
                    [self = shared_from_this()](const error_code& error, std::size_t) {
                      if (self->closed_) return;
                      if (error) return self->Close();
                      self->Guarded([&] {
                        std::string().swap(self->tls_out_);
                        self->OnWritten();
                        self->Advance();
                      });
                    });
}

// Frees the slots whose answers have been taken.
void Connection::OnWritten() {
  bool is_last = false;
  std::size_t taken_bytes = 0;
  for (; writing_count_ > 0; --writing_count_, --slot_count_, ++first_sequence_) {
    Slot& slot = SlotAt(0);
    is_last = is_last || slot.close_after;
    taken_bytes += slot.unsent_bytes;
    std::string().swap(slot.body);
    first_slot_ = (first_slot_ + 1) % kMaxPipelined;
  }
  unsent_bytes_ -= taken_bytes;
  worker_->Release(taken_bytes);
  if (is_last) Finish();
}

}  // namespace sumlog::http
