#include "sim/redis_cli.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sentinel::sim {
namespace {

std::string text(const Reply& reply) { return redis_cli_text(reply, "X"); }

// Each type has its own mark.
TEST(RedisCli, MarksTypes) {
  EXPECT_EQ(text(status_reply("OK")), "OK\n");
  EXPECT_EQ(text(error_reply("ERR no")), "(error) ERR no\n");
  EXPECT_EQ(text(integer_reply(-3)), "(integer) -3\n");
  EXPECT_EQ(text({Nil{}}), "(nil)\n");
  EXPECT_EQ(text(bulk_reply("text")), "\"text\"\n");
  EXPECT_EQ(text(array_reply({})), "(empty array)\n");
}

// What would disturb a terminal is escaped, and so is what ends the quotes.
TEST(RedisCli, EscapesText) {
  EXPECT_EQ(text(bulk_reply("a\"b\\c\r\n\t\a\b\x01\xC3")), R"("a\"b\\c\r\n\t\a\b\x01\xc3")"
                                                           "\n");
}

// An array within an array begins on the line of its own number, and goes on below its first item.
TEST(RedisCli, NestsArrays) {
  const Reply replica = array_reply({bulk_reply("127.0.0.1"), bulk_reply("7001")});
  const Reply role = array_reply({bulk_reply("master"), integer_reply(42), array_reply({replica, replica})});
  EXPECT_EQ(text(role),
            "1) \"master\"\n"
            "2) (integer) 42\n"
            "3) 1) 1) \"127.0.0.1\"\n"
            "      2) \"7001\"\n"
            "   2) 1) \"127.0.0.1\"\n"
            "      2) \"7001\"\n");
}

// Numbers are aligned on the right, as wide as the last of them.
TEST(RedisCli, AlignsNumbers) {
  const std::vector<Reply> ten(10, bulk_reply("x"));
  const std::string printed = text(array_reply({array_reply(ten), Reply{Nil{}}}));
  EXPECT_TRUE(printed.starts_with("1)  1) \"x\"\n    2) \"x\"\n")) << printed;
  EXPECT_TRUE(printed.ends_with("    9) \"x\"\n   10) \"x\"\n2) (nil)\n")) << printed;
}

// INFO is printed as it is, with the line ends of a terminal; its errors are errors.
TEST(RedisCli, PrintsInfoAsItIs) {
  EXPECT_EQ(redis_cli_text(bulk_reply("# Server\r\nrun_id:x\r\n"), "INFO"), "# Server\nrun_id:x\n");
  EXPECT_EQ(redis_cli_text(error_reply("BUSY"), "info"), "(error) BUSY\n");
}

}  // namespace
}  // namespace sentinel::sim
