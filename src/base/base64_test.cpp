#include "base/base64.h"

#include <gtest/gtest.h>
#include <string>

#include "support/error_of.h"

namespace redraw {
namespace {

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return {begin, begin + text.size()};
}

// RFC 4648, section 10.
TEST(Base64, WritesAndReadsTheVectorsOfTheStandard) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(base64_text(bytes_of(plain)), encoded);
    EXPECT_EQ(base64_bytes(encoded, "x"), bytes_of(plain));
  }
}

TEST(Base64, ReadsBackEveryByteAndMoreThanOnePiece) {
  std::vector<std::byte> bytes((size_t{6} << 20) + 2);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 31 + i / 256);
  EXPECT_EQ(base64_bytes(base64_text(bytes), "x"), bytes);
}

TEST(Base64, SaysWhereATextGoesWrong) {
  const std::pair<std::string, const char*> texts[] = {
      {"Zm9v\nYmFy", "byte 5"},
      {" Zm9v", "byte 1 "},
      {"Zm9v ", "byte 5"},
      {"Zm-_", "byte 3"},
      {"Z===", "byte 2"},
      {"Zg==Zg==", "byte 3"},
      {"====", "byte 1 "},
      {std::string("Zm9\0", 4), "byte 4"},
      {"Zm9", "is cut off: its length, 3 bytes, is no multiple of 4"},
      {"Zg=", "is cut off"},
      {"data:image/png;base64,Zg==", "begins with 'data:'; leave that out"},
  };
  for (const auto& row : texts) {
    const auto& text = row.first;  // a lambda of clang 14 takes no structured binding
    const auto& phrase = row.second;
    const std::string message = message_of(Code::usage, [&] { base64_bytes(text, "init"); });
    EXPECT_NE(message.find(phrase), std::string::npos) << message;
    EXPECT_TRUE(message.starts_with("init ")) << message;
  }
}

}  // namespace
}  // namespace redraw
