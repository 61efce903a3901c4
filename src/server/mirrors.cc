#include "server/mirrors.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/mask_credentials.h"
#include "server/full_mirror.h"
#include "server/lookup_mirror.h"

namespace sumlog::server {
namespace {

std::string ShowUpstreams(const ops::MirrorConfig& mirror) {
  if (mirror.upstream.empty()) return "none, bundles are brought";
  return client::MaskCredentialsOf(mirror.upstream, " ");
}

void Report(const ops::MirrorConfig& mirror,
            const absl::StatusOr<std::unique_ptr<RunningMirror>>& opened, ops::Logger* logger) {
  if (logger == nullptr) return;
  if (!opened.ok()) {
    logger->Error("a mirror cannot be opened, all else is served",
                  {{"log", mirror.name()}, {"error", opened.status().ToString()}});
    return;
  }
  logger->Info("serving a mirror", {{"log", mirror.name()},
                                    {"records", (*opened)->summary()},
                                    {"upstream", ShowUpstreams(mirror)}});
}

}  // namespace

std::unique_ptr<Mirrors> Mirrors::Open(const ops::Config& config, const FileLock& lock,
                                       ops::Logger* logger) {
  std::unique_ptr<Mirrors> mirrors(new Mirrors);
  for (const ops::MirrorConfig& mirror : config.mirrors) {
    absl::StatusOr<std::unique_ptr<RunningMirror>> opened =
        mirror.mode == ops::MirrorMode::kLookupThrough
            ? OpenLookupMirror(config, mirror, lock, logger)
            : OpenFullMirror(config, mirror, lock, logger);
    Report(mirror, opened, logger);
    mirrors->mirrors_.push_back({.name = mirror.name(),
                                 .opened = opened.status(),
                                 .running = opened.ok() ? *std::move(opened) : nullptr});
  }
  return mirrors;
}

std::vector<http::ServedLog> Mirrors::served() const {
  std::vector<http::ServedLog> served;
  for (const Mirror& mirror : mirrors_) {
    if (mirror.running != nullptr) {
      served.push_back(mirror.running->served());
    } else {
      served.push_back({.name = mirror.name, .opened = mirror.opened});
    }
  }
  return served;
}

absl::Status Mirrors::status() const {
  for (const Mirror& mirror : mirrors_) {
    if (mirror.running != nullptr) return absl::OkStatus();
  }
  return mirrors_.empty() ? absl::OkStatus() : mirrors_.front().opened;
}

bool Mirrors::any_ready() const {
  for (const Mirror& mirror : mirrors_) {
    if (mirror.running != nullptr && mirror.running->is_ready()) return true;
  }
  return false;
}

std::vector<std::string> Mirrors::remarks() const {
  std::vector<std::string> remarks;
  for (const Mirror& mirror : mirrors_) {
    const std::string remark = mirror.running == nullptr
                                   ? "it cannot be opened, the server's own log says why"
                                   : mirror.running->remark();
    if (!remark.empty()) {
      remarks.push_back(absl::StrCat("the mirror of ", mirror.name, ": ", remark));
    }
  }
  return remarks;
}

void Mirrors::Start() {
  for (const Mirror& mirror : mirrors_) {
    if (mirror.running != nullptr) mirror.running->Start();
  }
}

void Mirrors::Stop() {
  for (const Mirror& mirror : mirrors_) {
    if (mirror.running != nullptr) mirror.running->BeginStop();
  }
  for (const Mirror& mirror : mirrors_) {
    if (mirror.running != nullptr) mirror.running->Stop();
  }
}

}  // namespace sumlog::server
