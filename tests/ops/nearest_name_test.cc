// Goal: a slip of the finger finds its name, a stranger finds none.
// Method: slips of each kind against a few names.

#include "ops/nearest_name.h"

#include "gtest/gtest.h"

namespace sumlog::ops {
namespace {

const std::vector<std::string>& Names() {
  static const std::vector<std::string> names = {"listen.http", "listen.url", "log.name"};
  return names;
}

TEST(NearestName, FindsTheNameBehindASlip) {
  EXPECT_EQ(NearestName("listen.htpp", Names()), "listen.http");   // replaced
  EXPECT_EQ(NearestName("listen.htp", Names()), "listen.http");    // left out
  EXPECT_EQ(NearestName("lissten.http", Names()), "listen.http");  // doubled
  EXPECT_EQ(NearestName("log.nmae", Names()), "log.name");         // swapped
  EXPECT_EQ(NearestName("log_name", Names()), "log.name");
}

TEST(NearestName, FindsTheNameItself) { EXPECT_EQ(NearestName("log.name", Names()), "log.name"); }

TEST(NearestName, FindsNothingForAStranger) {
  EXPECT_EQ(NearestName("verbosity", Names()), "");
  EXPECT_EQ(NearestName("", Names()), "");
  EXPECT_EQ(NearestName("log.name", {}), "");
}

TEST(NearestName, TakesTheFirstOfEquallyNearOnes) {
  EXPECT_EQ(NearestName("statu", {"statue", "status"}), "statue");
}

TEST(NearestName, DoesNotMeasureNamesBeyondItsBound) {
  const std::string name(65, 'a');
  EXPECT_EQ(NearestName(name, {name}), "");
  EXPECT_EQ(NearestName(name.substr(1), {name.substr(1)}), name.substr(1));
  EXPECT_EQ(NearestName(name.substr(1), {name}), "");
}

}  // namespace
}  // namespace sumlog::ops
