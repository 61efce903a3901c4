// Client certificates: a name in a certificate stands for a grant.
//
// Which authority may sign certificates, that one has not ended, and that its holder has the key:
// TLS has seen to these before anybody asks here.
//
// Safe from any thread.

#ifndef SUMLOG_ADMIN_CERTIFICATE_GRANTS_H_
#define SUMLOG_ADMIN_CERTIFICATE_GRANTS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "admin/grant.h"
#include "base/clock.h"
#include "base/snapshot.h"

namespace sumlog::admin {

// One subject alternative name. Names of two kinds never match, whatever their text.
struct SubjectName {
  enum class Kind { kDns, kUri, kEmail };

  Kind kind = Kind::kDns;
  std::string text;

  friend auto operator<=>(const SubjectName&, const SubjectName&) = default;
};

// "DNS ci.corp.example", fit for a message whatever the certificate holds.
std::string Describe(const SubjectName& name);

// The kind is in the form: a URI has a colon, an e-mail name an "@", anything else is a DNS name.
// kInvalidArgument: empty, longer than 256 bytes, not printable ASCII, or with a "*", since names
// are compared byte by byte.
absl::StatusOr<SubjectName> ParseSubjectName(absl::string_view text);

struct CertificateGrant {
  SubjectName name;
  Grant grant;  // a good one: CheckGrant
};

class CertificateGrants {
 public:
  // Keeps a pointer to `clock`, which must outlive this object. Begins without grants.
  explicit CertificateGrants(Clock* clock);

  // Takes these in place of all that there were; what is not among them ends at once. A name of a
  // certificate or of a grant must not come twice: the caller has seen to it.
  void Replace(const std::vector<CertificateGrant>& grants);

  // Whether a grant has this name.
  bool HasGrant(absl::string_view grant_name) const;

  // The grant of a certificate with these names.
  //   kPermissionDenied  none of them has one, or several have different ones; the message says
  //                      which names there are
  //   kUnauthenticated   the grant has expired
  absl::StatusOr<Grant> Find(absl::Span<const SubjectName> names) const;

 private:
  using Grants = std::map<SubjectName, Grant>;

  Clock* const clock_;  // constant after construction
  Snapshot<Grants> grants_;
};

}  // namespace sumlog::admin

#endif  // SUMLOG_ADMIN_CERTIFICATE_GRANTS_H_
