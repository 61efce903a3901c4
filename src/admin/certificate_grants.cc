#include "admin/certificate_grants.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/check.h"
#include "base/when.h"

namespace sumlog::admin {
namespace {

constexpr std::size_t kMaxSubjectNameBytes = 256;

// Of a certificate, in a message: an authority may put thousands into one.
constexpr std::size_t kMaxNamesShown = 5;
constexpr std::size_t kMaxNameBytesShown = 100;

const char* KindName(SubjectName::Kind kind) {
  switch (kind) {
    case SubjectName::Kind::kUri:
      return "URI";
    case SubjectName::Kind::kEmail:
      return "e-mail";
    case SubjectName::Kind::kDns:
      break;
  }
  return "DNS";
}

std::string DescribeAll(absl::Span<const SubjectName> names) {
  if (names.empty()) return "no DNS, URI or e-mail name";
  const absl::Span<const SubjectName> shown = names.first(std::min(names.size(), kMaxNamesShown));
  const std::string list = absl::StrJoin(
      shown, ", ", [](std::string* out, const SubjectName& name) { out->append(Describe(name)); });
  if (names.size() == shown.size()) return list;
  return absl::StrCat(list, " and ", names.size() - shown.size(), " more");
}

}  // namespace

std::string Describe(const SubjectName& name) {
  const absl::string_view text = name.text;
  return absl::StrCat(KindName(name.kind), " ",
                      absl::CHexEscape(text.substr(0, kMaxNameBytesShown)),
                      text.size() > kMaxNameBytesShown ? "..." : "");
}

absl::StatusOr<SubjectName> ParseSubjectName(absl::string_view text) {
  const bool is_text = std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c));
  });
  if (text.empty() || text.size() > kMaxSubjectNameBytes || !is_text) {
    return absl::InvalidArgumentError(
        absl::StrCat("got \"", absl::CHexEscape(text.substr(0, kMaxNameBytesShown)),
                     "\", want a DNS, URI or e-mail name of a certificate, 1 to ",
                     kMaxSubjectNameBytes, " bytes of ASCII without spaces"));
  }
  if (absl::StrContains(text, '*')) {
    return absl::InvalidArgumentError(
        absl::StrCat("got ", text, ", want one whole name: names are compared byte by byte"));
  }
  const SubjectName::Kind kind = absl::StrContains(text, ':')   ? SubjectName::Kind::kUri
                                 : absl::StrContains(text, '@') ? SubjectName::Kind::kEmail
                                                                : SubjectName::Kind::kDns;
  return SubjectName{.kind = kind, .text = std::string(text)};
}

CertificateGrants::CertificateGrants(Clock* clock)
    : clock_(clock), grants_(std::make_shared<const Grants>()) {}

void CertificateGrants::Replace(const std::vector<CertificateGrant>& grants) {
  // Shared: a call may still be looking at those before.
  const auto by_name = std::make_shared<Grants>();
  for (const CertificateGrant& each : grants) {
    CHECK(by_name->emplace(each.name, each.grant).second);
  }
  grants_.Store(by_name);
}

bool CertificateGrants::HasGrant(absl::string_view grant_name) const {
  const std::shared_ptr<const Grants> grants = grants_.Load();
  return std::any_of(grants->begin(), grants->end(),
                     [&grant_name](const auto& each) { return each.second.name == grant_name; });
}

absl::StatusOr<Grant> CertificateGrants::Find(absl::Span<const SubjectName> names) const {
  const std::shared_ptr<const Grants> grants = grants_.Load();
  const Grant* found = nullptr;
  for (const SubjectName& name : names) {
    const auto grant = grants->find(name);
    if (grant == grants->end()) continue;
    if (found != nullptr && found->name != grant->second.name) {
      return absl::PermissionDeniedError(absl::StrCat("the client certificate has names of two ",
                                                      "grants, ", found->name, " and ",
                                                      grant->second.name, ", want of one"));
    }
    found = &grant->second;
  }
  if (found == nullptr) {
    return absl::PermissionDeniedError(
        absl::StrCat("nothing is granted to the client certificate: it has ", DescribeAll(names),
                     "; want a name that is the san of a [[client_cert]]"));
  }
  if (clock_->Now() >= found->expires_at) {
    return absl::UnauthenticatedError(
        absl::StrCat("the grant ", found->name, " has expired at ", FormatWhen(found->expires_at)));
  }
  return *found;
}

}  // namespace sumlog::admin
