// The Respond of one request: brings an answer from any thread to its connection, once.

#ifndef SUMLOG_HTTP_ANSWERER_H_
#define SUMLOG_HTTP_ANSWERER_H_

#include <cstdint>
#include <memory>

#include "http/message.h"

namespace sumlog::http {

class Connection;
class Worker;

// The Respond for request number `sequence` of `connection`. Only the first answer counts. When the
// last copy goes without any, the client gets a 500 instead of silence.
//
// Shared worker: it must be there to be asked whether the connection is.
Respond MakeRespond(std::shared_ptr<Worker> worker, std::weak_ptr<Connection> connection,
                    std::uint64_t sequence);

}  // namespace sumlog::http

#endif  // SUMLOG_HTTP_ANSWERER_H_
