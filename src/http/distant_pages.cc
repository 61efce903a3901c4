#include "http/distant_pages.h"

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "http/sumdb_pages.h"
#include "sumlog/gosum/module_version.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::http {

bool DistantPages::Has(Route::Page page) {
  return page == Route::Page::kLookup || page == Route::Page::kLatest ||
         page == Route::Page::kTile || page == Route::Page::kSupported;
}

void DistantPages::Answer(const std::string& name, log::DistantLog& log, const Route& route,
                          Respond respond) const {
  switch (route.page) {
    case Route::Page::kLookup:
      return Lookup(name, log, route.argument, std::move(respond));
    case Route::Page::kTile:
      return Tile(name, log, route.argument, std::move(respond));
    case Route::Page::kLatest:
      return log.Newest(
          [this, &name, respond = std::move(respond)](absl::StatusOr<tlog::SignedTreeHead> head) {
            respond(head.ok() ? HeadPage(*head) : Failed(name, "its newest head", head.status()));
          });
    default:
      return respond(SupportedPage());
  }
}

void DistantPages::Lookup(const std::string& name, log::DistantLog& log,
                          const std::string& argument, Respond respond) const {
  const absl::StatusOr<gosum::ModuleVersion> module = gosum::ParseEscapedModuleVersion(argument);
  if (!module.ok()) return respond(pages_.Malformed(module.status()));
  log.Lookup(*module, [this, &name, thing = module->ToString(),
                       respond = std::move(respond)](absl::StatusOr<log::DistantAnswer> answer) {
    respond(answer.ok() ? LookupPage(answer->number, answer->record_text, answer->head)
                        : Failed(name, thing, answer.status()));
  });
}

void DistantPages::Tile(const std::string& name, log::DistantLog& log, const std::string& path,
                        Respond respond) const {
  const LogName shown{.name = name, .is_mirror = true};
  const absl::StatusOr<tlog::TileId> tile = tlog::ParseTilePath(path);
  if (absl::IsNotFound(tile.status())) {
    return respond(pages_.ImpossibleTile(shown, path, tile.status().message()));
  }
  if (!tile.ok()) return respond(pages_.Malformed(tile.status()));
  if (tile->kind == tlog::TileId::Kind::kData) return respond(pages_.NoDataTiles(shown, path));
  log.HashTile(*tile, [this, &name, path, respond = std::move(respond)](
                          absl::StatusOr<std::vector<tlog::Hash>> hashes) {
    respond(hashes.ok() ? HashTilePage(*hashes) : Failed(name, path, hashes.status()));
  });
}

Response DistantPages::Failed(const std::string& name, const std::string& thing,
                              const absl::Status& status) const {
  // A version that nobody has, a private one or a slow answer is nothing for the operator.
  if (!absl::IsNotFound(status) && !absl::IsFailedPrecondition(status) &&
      !absl::IsDeadlineExceeded(status) && !absl::IsCancelled(status)) {
    failures_.Report("an upstream's answer could not be had", status.ToString());
  }
  return pages_.NotHere({.name = name, .is_mirror = true}, thing, status);
}

}  // namespace sumlog::http
