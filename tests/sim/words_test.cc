#include "sim/words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "sim/bad_input.h"

namespace sentinel::sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::ThrowsMessage;

// Any white space separates words, as in configuration files with tabs.
TEST(Words, AreSeparatedByWhiteSpace) {
  EXPECT_THAT(split_words("  replicaof\t127.0.0.1   7000 "), ElementsAre("replicaof", "127.0.0.1", "7000"));
  EXPECT_THAT(split_words(" \t"), IsEmpty());
}

// Quotes hold words together and make empty ones; double quotes know escapes.
TEST(Words, AreHeldTogetherByQuotes) {
  EXPECT_THAT(split_words(R"(save "")"), ElementsAre("save", ""));
  EXPECT_THAT(split_words(R"("a b" 'c "d')"), ElementsAre("a b", "c \"d"));
  EXPECT_THAT(split_words(R"("\x41\t\"\\\q\xzz" 'it\'s \n')"), ElementsAre("A\t\"\\qxzz", "it's \\n"));
  EXPECT_THAT(split_words(R"(x"y z")"), ElementsAre("xy z"));
}

// What Redis refuses is refused.
TEST(Words, RefusesOpenQuotes) {
  EXPECT_THAT([] { split_words("requirepass \"x"); }, ThrowsMessage<BadInput>("a quote is not closed: \" is missing"));
  EXPECT_THAT([] { split_words("requirepass 'x'y"); },
              ThrowsMessage<BadInput>("a closing quote must be followed by a space or the end of the line"));
}

// Lines that are put together can be taken apart again.
RC_GTEST_PROP(Words, SurviveJoiningAndSplitting, (const std::vector<std::string>& words)) {
  RC_ASSERT(split_words(join_words(words)) == words);
}

// Each construct of a glob, as SENTINEL RESET takes it.
TEST(Glob, MatchesAsRedisDoes) {
  EXPECT_TRUE(glob_matches("*", ""));
  EXPECT_TRUE(glob_matches("my*", "mymaster"));
  EXPECT_TRUE(glob_matches("*a*er", "mymaster"));
  EXPECT_TRUE(glob_matches("m?master", "mymaster"));
  EXPECT_TRUE(glob_matches("db[0-9]", "db7"));
  EXPECT_TRUE(glob_matches("db[9-0]", "db7"));
  EXPECT_TRUE(glob_matches("db[^0-9]", "dbx"));
  EXPECT_TRUE(glob_matches("db[ab]", "dbb"));
  EXPECT_TRUE(glob_matches("[\\]]", "]"));
  EXPECT_TRUE(glob_matches("\\*", "*"));
  EXPECT_TRUE(glob_matches("db[a", "dba"));
  EXPECT_TRUE(glob_matches("a\\", "a\\"));
}

// A glob is about the whole text, and case matters.
TEST(Glob, RefusesOthers) {
  EXPECT_FALSE(glob_matches("", "x"));
  EXPECT_FALSE(glob_matches("my", "mymaster"));
  EXPECT_FALSE(glob_matches("MY*", "mymaster"));
  EXPECT_FALSE(glob_matches("?", ""));
  EXPECT_FALSE(glob_matches("db[^0-9]", "db7"));
  EXPECT_FALSE(glob_matches("\\*", "x"));
  EXPECT_FALSE(glob_matches("*ab", "abc"));
}

// Many stars do not take time that grows with each of them.
TEST(Glob, IsFastForManyStars) {
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "*a";
  EXPECT_FALSE(glob_matches(pattern + "b", std::string(2'000, 'a')));
}

}  // namespace
}  // namespace sentinel::sim
