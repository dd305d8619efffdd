#include "model/ids.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace sentinel::model {
namespace {

constexpr std::string_view kText = "0123456789abcdef0123456789abcdef01234567";

// What was parsed is written as it was, in lower case.
TEST(Ids, IdIsFortyHexadecimalDigits) {
  EXPECT_EQ(Id::parse(kText).value().text(), kText);
  EXPECT_EQ(Id::parse("0123456789ABCDEF0123456789ABCDEF01234567").value().text(), kText);
}

// Nothing else is an id.
TEST(Ids, OtherTextsAreNoIds) {
  EXPECT_EQ(Id::parse(""), std::nullopt);
  EXPECT_EQ(Id::parse(kText.substr(1)), std::nullopt);
  EXPECT_EQ(Id::parse("0123456789abcdef0123456789abcdef012345670"), std::nullopt);
  EXPECT_EQ(Id::parse("0123456789abcdef0123456789abcdef0123456g"), std::nullopt);
  EXPECT_EQ(Id::parse("0123456789abcdef 123456789abcdef01234567"), std::nullopt);
}

// Ids are ordered as their texts are, which decides between replicas of equal rank.
RC_GTEST_PROP(Ids, AreOrderedAsTheirTexts, ()) {
  const Id a{*rc::gen::arbitrary<std::array<std::uint8_t, Id::kBytes>>()};
  const Id b{*rc::gen::arbitrary<std::array<std::uint8_t, Id::kBytes>>()};
  RC_ASSERT((a < b) == (a.text() < b.text()));
  RC_ASSERT(Id::parse(a.text()) == a);
}

// All zeros mean "not known".
TEST(Ids, DefaultIdIsNotKnown) {
  EXPECT_FALSE(Id{}.known());
  EXPECT_TRUE(Id::parse(kText).value().known());
}

// Symbol 0 is "no text"; equal indices are equal texts.
TEST(Ids, SymbolsAreComparedByIndex) {
  EXPECT_FALSE(Symbol{});
  EXPECT_TRUE((Symbol{1, 4}));
  EXPECT_EQ((Symbol{1, 4}), (Symbol{1, 0}));
  EXPECT_NE((Symbol{1, 4}), (Symbol{2, 4}));
}

// Epochs count up by one.
TEST(Ids, EpochsGrow) {
  EXPECT_EQ(Epoch{41}.next(), Epoch{42});
  EXPECT_LT(Epoch{41}, Epoch{42});
}

}  // namespace
}  // namespace sentinel::model
