// Goal: no text that is shown holds the password of a URL, and module versions keep their "@".
// Method: URLs with and without credentials, alone and within sentences.

#include "client/mask_credentials.h"

#include "gtest/gtest.h"

namespace sumlog::client {
namespace {

TEST(MaskCredentials, HidesUserAndPassword) {
  EXPECT_EQ(MaskCredentials("https://user:secret@host"), "https://***@host");
  EXPECT_EQ(MaskCredentials("https://secret@host:8443/sumdb"), "https://***@host:8443/sumdb");
  EXPECT_EQ(MaskCredentials("https://u:se@cret@host/x@v1.0.0"), "https://***@host/x@v1.0.0");
  EXPECT_EQ(MaskCredentials("https://:secret@host?x"), "https://***@host?x");
}

TEST(MaskCredentials, HidesAPasswordThatSpoilsTheUrl) {
  EXPECT_EQ(MaskCredentials("https://u:se/cret@host"), "https://***@host");
  EXPECT_EQ(MaskCredentials("https://u:1#2@host"), "https://u:1#2@host");  // a port and a fragment
  EXPECT_EQ(MaskCredentials("https://u:a#2@host"), "https://***@host");
}

TEST(MaskCredentials, FindsEveryUrlOfASentence) {
  EXPECT_EQ(MaskCredentials("GET https://u:p@a/x: not \"http://q:r@b\", but ftp://c/d@e"),
            "GET https://***@a/x: not \"http://***@b\", but ftp://c/d@e");
}

TEST(MaskCredentials, LeavesEverythingElseAlone) {
  for (const char* const text :
       {"", "rsc.io/quote@v1.5.2", "https://host/lookup/rsc.io/quote@v1.5.2", "://", "a://",
        "https://host:8080/lookup/m@v1", "http://[::1]:8080/m@v1", "who@example.com: http://h"}) {
    EXPECT_EQ(MaskCredentials(text), text);
  }
}

}  // namespace
}  // namespace sumlog::client
