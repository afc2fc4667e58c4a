#include "library/model_name.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>

#include "base/error.h"
#include "base/utf8.h"
#include "support/error_of.h"

namespace redraw {
namespace {

TEST(ModelName, IsWhatAPersonCanTypeInAnyScript) {
  for (const char* name : {"my-sd15", "v1.5_pruned", "A", "7", "猫", "한국어", "Größe", "模型 XL", "модель", "नमूना",
                           "مدل‌ها", "Dream (v2)", "a+b", "🔥"}) {
    EXPECT_EQ(checked_model_name(name), name);
  }
  for (const char* name : {"", "-x", ".x", " x", "x ", "a/b", "a\n", "a\x1b[2J", "\xff", "caf\xe9", "a\xc2\xa0z",
                           "\xe2\x80\xaex", "\xcc\x81x", "\xef\xbf\xbd"}) {
    const std::string message = message_of(Code::usage, [&] { checked_model_name(name); });
    EXPECT_NE(message.find("no '/'"), std::string::npos) << message;
  }
  std::string longest;
  for (int i = 0; i < 100; ++i) longest += "語";
  EXPECT_EQ(checked_model_name(longest), longest) << "characters count, not bytes";
  message_of(Code::usage, [&] { checked_model_name(longest + "x"); });
  EXPECT_NE(message_of(Code::model_name_taken, [] { checked_model_name("Emoji-128"); }).find("--name emoji-128-2"),
            std::string::npos);
}

TEST(ModelName, IsTheSameHoweverItIsComposedAndInWhateverCase) {
  EXPECT_TRUE(is_same_name("Größe", "GRÖSSE"));
  EXPECT_TRUE(is_same_name("Gr\u00f6\u00dfe", "Gro\u0308\u00dfe")) << "as macOS writes it";
  EXPECT_TRUE(is_same_name("МОДЕЛЬ", "модель"));
  EXPECT_FALSE(is_same_name("Größe", "Grosse"));
  EXPECT_FALSE(is_same_name("日本語", "日本"));
  EXPECT_TRUE(is_same_name("A\xff", "a\xff"));
  EXPECT_EQ(checked_model_name("Gro\u0308\u00dfe"), "Gr\u00f6\u00dfe");
}

TEST(ModelName, IsDerivedFromTheFile) {
  EXPECT_EQ(derived_model_name("/m/v1-5-pruned.ema.safetensors", false), "v1-5-pruned.ema");
  EXPECT_EQ(derived_model_name("/m/my model (2).ckpt", false), "my model (2)");
  EXPECT_EQ(derived_model_name("/m/sd-v1.5", true), "sd-v1.5");
  EXPECT_EQ(derived_model_name("/m/.hidden", false), "hidden");
  EXPECT_EQ(derived_model_name("/m/--x .safetensors", false), "x");
  EXPECT_EQ(derived_model_name("/m/модель.safetensors", false), "модель");
  EXPECT_EQ(derived_model_name("/m/日本語.safetensors", false), "日本語");
  EXPECT_EQ(derived_model_name("/m/Gro\u0308\u00dfe.safetensors", false), "Gr\u00f6\u00dfe");
  EXPECT_EQ(derived_model_name("/m/caf\xe9-\x1b[2J.safetensors", false), "caf---[2J")
      << "replaced where it can be seen";
  EXPECT_EQ(derived_model_name("/m/\xff.safetensors", false), "model");
  EXPECT_EQ(derived_model_name("/hub/models--org--sd-2-1/snapshots/0a1b2c", true), "sd-2-1");
  EXPECT_NO_THROW(checked_model_name(derived_model_name("/m/" + std::string(200, 'x'), true)));
  EXPECT_EQ(free_model_name("a", [](const std::string& name) { return name == "a" || name == "a-2"; }), "a-3");
  EXPECT_EQ(free_model_name("emoji-128", [](const std::string&) { return false; }), "emoji-128-2");
}

TEST(ModelName, IsCutBetweenCharacters) {
  std::string longer = "x";
  for (int i = 0; i < 200; ++i) longer += "e\u0301\u0323";  // a letter with two marks, which has no composed form
  const std::string name = checked_model_name(derived_model_name("/m/" + longer, true));
  EXPECT_TRUE(is_utf8(name));
  EXPECT_TRUE(name.ends_with("\u0301")) << "a letter keeps its marks";
}

}  // namespace
}  // namespace redraw
