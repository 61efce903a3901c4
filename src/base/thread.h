// A named std::jthread. Names show in ps, gdb and core files; at most 15 bytes are kept.

#ifndef SUMLOG_BASE_THREAD_H_
#define SUMLOG_BASE_THREAD_H_

#include <pthread.h>

#include <string>
#include <thread>
#include <utility>

#include "absl/strings/string_view.h"

namespace sumlog {

template <typename Body>
std::jthread StartThread(absl::string_view name, Body body) {
  return std::jthread([name = std::string(name.substr(0, 15)), body = std::move(body)]() mutable {
    pthread_setname_np(pthread_self(), name.c_str());
    body();
  });
}

}  // namespace sumlog

#endif  // SUMLOG_BASE_THREAD_H_
