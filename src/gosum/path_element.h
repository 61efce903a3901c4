// One element of a path: what lies between two slashes.
//
// Pure; safe from any thread. Spec: golang.org/x/mod/module v0.42.0, the rules of CheckPath
// (module paths) and CheckFilePath (which EscapeVersion applies to versions).

#ifndef SUMLOG_GOSUM_PATH_ELEMENT_H_
#define SUMLOG_GOSUM_PATH_ELEMENT_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sumlog::gosum {

// OK for a module path element: not empty; ASCII letters, digits, and "-._~"; no dot at either end;
// up to its first dot neither a name that Windows reserves ("aux") nor the like of a Windows short
// name ("progra~1"). Otherwise kInvalidArgument with a reason that reads on after the element's
// name: "ends with a dot".
absl::Status CheckModulePathElement(absl::string_view element);

// OK for a file name of ASCII characters: not empty; letters, digits, space and
// "!#$%&()+,-.=@[]^_{}~"; not only dots, no dot at the end; no name that Windows reserves. (x/mod
// lets other letters through in a version, and refuses them when it escapes it.)
absl::Status CheckFileNameElement(absl::string_view element);

// The same with the letters of every script besides: what CheckFilePath takes between two slashes.
absl::Status CheckUnicodeFileNameElement(absl::string_view element);

}  // namespace sumlog::gosum

#endif  // SUMLOG_GOSUM_PATH_ELEMENT_H_
