#include "sim/bad_input.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace sentinel::sim {
namespace {

const std::vector<std::string_view> kWords = {"crash",  "stop",  "start", "partition", "replica-priority",
                                              "+odown", "-odown"};

// Everything that is known of the place stands before the message, in the order of compilers.
TEST(BadInput, NamesFileLineAndPath) {
  EXPECT_STREQ(BadInput("x.json", 3, "/steps/0", "wrong").what(), "x.json:3: /steps/0: wrong");
  EXPECT_STREQ(BadInput("x.conf", 3, "", "wrong").what(), "x.conf:3: wrong");
  EXPECT_STREQ(BadInput("x.conf", 0, "", "wrong").what(), "x.conf: wrong");
  EXPECT_STREQ(BadInput("wrong").what(), "wrong");
}

// Line breaks, control characters and bytes that are no UTF-8 are escaped; other characters are left alone.
TEST(BadInput, IsOneLine) { EXPECT_STREQ(BadInput("a\nb\x7F\xFFü").what(), "a\\x0ab\\x7f\\xffü"); }

// Whatever a user gave, the message is one line that any JSON or XML report can hold.
RC_GTEST_PROP(BadInput, IsOneLineOfUtf8ForAllBytes, (const std::string& bytes)) {
  const std::string message = BadInput("x.json", 1, bytes, in_quotes(bytes)).what();
  RC_ASSERT(std::ranges::none_of(message, [](char c) { return static_cast<unsigned char>(c) < ' '; }));
  RC_ASSERT(!nlohmann::json(message).dump().empty());
}

// A long text is cut between characters, not inside of one.
TEST(BadInput, ShortensWhatItQuotes) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "ü";
  const std::string quoted = in_quotes("x" + text);
  EXPECT_EQ(quoted, "'x" + text.substr(0, 78) + "...'");
  EXPECT_EQ(in_quotes("short"), "'short'");
}

// A slip of the fingers, in either case of letters, finds the word that was meant.
TEST(Suggestion, FindsWordsWithSlips) {
  EXPECT_EQ(suggestion("crush", kWords), " (did you mean 'crash'?)");
  EXPECT_EQ(suggestion("Partiton", kWords), " (did you mean 'partition'?)");
  EXPECT_EQ(suggestion("replica-pirority", kWords), " (did you mean 'replica-priority'?)");
}

// The nearest wins, and of equally near ones the first.
TEST(Suggestion, PrefersTheNearest) {
  EXPECT_EQ(suggestion("stat", kWords), " (did you mean 'start'?)");
  EXPECT_EQ(suggestion("odown", kWords), " (did you mean '+odown'?)");
}

// A word that was not written to its end finds the whole.
TEST(Suggestion, CompletesWords) { EXPECT_EQ(suggestion("replica-pr", kWords), " (did you mean 'replica-priority'?)"); }

// What nobody can have meant is not suggested.
TEST(Suggestion, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(suggestion("explode", kWords), "");
  EXPECT_EQ(suggestion("x", kWords), "");
  EXPECT_EQ(suggestion("", kWords), "");
  EXPECT_EQ(suggestion("crash", {}), "");
}

}  // namespace
}  // namespace sentinel::sim
