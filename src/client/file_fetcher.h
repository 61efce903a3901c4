// A Fetcher over a folder of files: a checksum database exported as a static tree.
//
// Trust: none, as with any Fetcher.

#ifndef SUMLOG_CLIENT_FILE_FETCHER_H_
#define SUMLOG_CLIENT_FILE_FETCHER_H_

#include <memory>
#include <string>

#include "sumlog/client/sumdb_client.h"

namespace sumlog::client {

// The path "/latest" is the file `folder`/latest. A path with a "." or ".." element is
// kInvalidArgument; what the disk refuses is kUnavailable.
std::unique_ptr<Fetcher> NewFileFetcher(std::string folder);

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_FILE_FETCHER_H_
