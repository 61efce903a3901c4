// Goal: tags differ when contents do, and are well-formed entity tags.
// Method: every flipped bit of a tile, swapped parts, all lengths around the block size.

#include "http/content_tag.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sumlog::http {
namespace {

TEST(ContentTag, TellsContentsApart) {
  std::set<std::string> tags;
  std::size_t contents = 0;
  for (std::size_t size = 0; size <= 100; ++size, ++contents) {
    tags.insert(ContentTag(std::string(size, '\0')));
  }
  std::string tile(1024, 'x');
  for (std::size_t bit = 0; bit < tile.size() * 8; ++bit, ++contents) {
    tile[bit / 8] = static_cast<char>(tile[bit / 8] ^ (1 << bit % 8));
    tags.insert(ContentTag(tile));
    tile[bit / 8] = static_cast<char>(tile[bit / 8] ^ (1 << bit % 8));
  }
  EXPECT_EQ(tags.size(), contents);
  EXPECT_NE(ContentTag("ab"), ContentTag("ba"));
  EXPECT_EQ(ContentTag(tile), ContentTag(tile));
}

TEST(ContentTag, IsAStrongEntityTag) {
  EXPECT_THAT(ContentTag("a"), testing::MatchesRegex("\"[0-9a-f]{16}\""));
}

TEST(NoteTag, NamesSizeAndSignature) {
  EXPECT_EQ(NoteTag(7, "text\n\n— name 0123456789abcdefABCDEFGHIJKLMNO=\n"),
            "\"7-48-ABCDEFGHIJKLMNO=\"");
  EXPECT_EQ(NoteTag(0, ""), "\"0-0-\"");
}

}  // namespace
}  // namespace sumlog::http
