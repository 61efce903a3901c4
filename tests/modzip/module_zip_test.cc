// Goal: a module's zip gives the hashes that go.sum has of it, or is refused.
// Method: a real module whose hashes sum.golang.org signed; small zips with hashes computed the
// long way; one zip that only the last check finds wrong. Agreement with x/mod on thousands of zips
// is in tests/interop/modzip.

#include "modzip/module_zip.h"

#include <fcntl.h>

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/base64.h"
#include "crypto/sha256.h"
#include "gtest/gtest.h"
#include "modzip/dirhash.h"
#include "modzip/member_rules.h"
#include "support/zip_builder.h"
#include "support/zip_memory.h"

namespace sumlog::modzip {
namespace {

using testing::BuildZip;
using testing::ZipInMemory;

std::string AsText(const crypto::Digest& digest) {
  return std::string(reinterpret_cast<const char*>(digest.data()), digest.size());
}

// One line of the list that is hashed.
std::string Line(absl::string_view name, absl::string_view content) {
  return absl::StrCat(absl::BytesToHexString(AsText(crypto::Sha256(content))), "  ", name, "\n");
}

std::string HashOf(absl::string_view lines) {
  return absl::StrCat("h1:", Base64Encode(AsText(crypto::Sha256(lines))));
}

const gosum::ModuleVersion& Module() {
  static const gosum::ModuleVersion module{.path = "x.y/Z", .version = "v1.0.0"};
  return module;
}

TEST(HashModuleZip, FindsTheHashesOfARealModule) {
  const std::string folder =
      absl::StrCat(SUMLOG_TESTDATA, "/../../deploy/quickstart-data/proxy/rsc.io/quote/@v/");
  FileDescriptor file(::open(absl::StrCat(folder, "v1.5.2.zip").c_str(), O_RDONLY | O_CLOEXEC));
  const auto zip = ZipFile::Adopt(std::move(file), kMaxZipSizeBytes);
  ASSERT_TRUE(zip.ok()) << zip.status();
  const auto hashes = HashModuleZip({.path = "rsc.io/quote", .version = "v1.5.2"}, *zip);
  ASSERT_TRUE(hashes.ok()) << hashes.status();
  EXPECT_EQ(hashes->zip_h1, "h1:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y=");
  EXPECT_EQ(hashes->go_mod_h1, "h1:LzX7hefJvL54yjefDEDHNONDjII0t9xZLPXsUe+TKr0=");
  EXPECT_TRUE(hashes->has_go_mod);
  const auto mod = ReadFile(absl::StrCat(folder, "v1.5.2.mod"), kMaxGoModSizeBytes);
  ASSERT_TRUE(mod.ok());
  EXPECT_EQ(*HashGoMod(*mod), hashes->go_mod_h1);
}

TEST(HashModuleZip, ListsFilesAndFoldersByName) {
  const ZipFile zip = ZipInMemory(BuildZip({{"x.y/Z@v1.0.0/b", "B"},
                                            {"x.y/Z@v1.0.0/d/", ""},
                                            {"x.y/Z@v1.0.0/go.mod", "module x.y/Z\n"},
                                            {"x.y/Z@v1.0.0/B.go", ""}})
                                      .bytes);
  const auto hashes = HashModuleZip(Module(), zip);
  ASSERT_TRUE(hashes.ok()) << hashes.status();
  EXPECT_EQ(hashes->zip_h1,
            HashOf(absl::StrCat(Line("x.y/Z@v1.0.0/B.go", ""), Line("x.y/Z@v1.0.0/b", "B"),
                                Line("x.y/Z@v1.0.0/d/", ""),
                                Line("x.y/Z@v1.0.0/go.mod", "module x.y/Z\n"))));
  EXPECT_EQ(hashes->go_mod_h1, HashOf(Line("go.mod", "module x.y/Z\n")));
}

TEST(HashModuleZip, MakesUpTheGoModOfAModuleWithoutOne) {
  const auto hashes =
      HashModuleZip(Module(), ZipInMemory(BuildZip({{"x.y/Z@v1.0.0/a", "A"}}).bytes));
  ASSERT_TRUE(hashes.ok()) << hashes.status();
  EXPECT_FALSE(hashes->has_go_mod);
  EXPECT_EQ(SyntheticGoMod("x.y/Z"), "module x.y/Z\n");
  EXPECT_EQ(hashes->go_mod_h1, HashOf(Line("go.mod", "module x.y/Z\n")));
}

TEST(HashModuleZip, HashesNothing) {
  const auto hashes = HashModuleZip(Module(), ZipInMemory(BuildZip({}).bytes));
  ASSERT_TRUE(hashes.ok()) << hashes.status();
  EXPECT_EQ(hashes->zip_h1, HashOf(""));
}

TEST(HashModuleZip, RefusesContentThatChanged) {
  const auto zip = BuildZip({{"x.y/Z@v1.0.0/a", "content"}});
  const auto hashes =
      HashModuleZip(Module(), ZipInMemory(zip.With(zip.directory - 1, 1, 'T').bytes));
  EXPECT_EQ(hashes.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(hashes.status().message(), "zip member \"x.y/Z@v1.0.0/a\" cannot be read: CRC error");
}

TEST(HashModuleZip, RefusesBadModuleVersionsAndOtherModules) {
  const ZipFile zip = ZipInMemory(BuildZip({{"x.y/Z@v1.0.0/a", "A"}}).bytes);
  for (const gosum::ModuleVersion& module :
       {gosum::ModuleVersion{.path = "x.y/z", .version = "v1.0.0"},
        gosum::ModuleVersion{.path = "x.y/Z", .version = "v1.0"},
        gosum::ModuleVersion{.path = "X.y/Z", .version = "v1.0.0"}}) {
    EXPECT_EQ(HashModuleZip(module, zip).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(HashGoMod, HasAnUpperBound) {
  EXPECT_TRUE(HashGoMod(std::string(kMaxGoModSizeBytes, 'x')).ok());
  EXPECT_EQ(HashGoMod(std::string(kMaxGoModSizeBytes + 1, 'x')).status().message(),
            "go.mod has 16777217 bytes, want at most 16777216");
}

TEST(DirHash, BeginsAnewBehindFinish) {
  DirHash hash;
  hash.AddFile("b", crypto::Sha256("1"));
  EXPECT_EQ(hash.Finish(), HashOf(Line("b", "1")));
  hash.AddFile("a", crypto::Sha256("2"));
  EXPECT_EQ(hash.Finish(), HashOf(Line("a", "2")));
}

}  // namespace
}  // namespace sumlog::modzip
