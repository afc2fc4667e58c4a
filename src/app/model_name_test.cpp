#include "app/model_name.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>

#include "base/error.h"
#include "support/error_of.h"

namespace redraw {
namespace {

TEST(ModelName, IsLettersDigitsAndThreeSigns) {
  for (const char* name : {"my-sd15", "v1.5_pruned", "A", "7"}) EXPECT_NO_THROW(check_model_name(name)) << name;
  for (const char* name : {"", "-x", ".x", "a b", "a/b", "ä", "a\n"}) {
    message_of(Code::usage, [&] { check_model_name(name); });
  }
  message_of(Code::usage, [] { check_model_name(std::string(101, 'a')); });
  EXPECT_NE(message_of(Code::model_name_taken, [] { check_model_name("Emoji-128"); }).find("--name emoji-128-2"),
            std::string::npos);
}

TEST(ModelName, IsDerivedFromTheFile) {
  EXPECT_EQ(derived_model_name("/m/v1-5-pruned.ema.safetensors", false), "v1-5-pruned.ema");
  EXPECT_EQ(derived_model_name("/m/my model (2).ckpt", false), "my-model--2");
  EXPECT_EQ(derived_model_name("/m/sd-v1.5", true), "sd-v1.5");
  EXPECT_EQ(derived_model_name("/m/.hidden", false), "hidden");
  EXPECT_EQ(derived_model_name("/m/модель.safetensors", false), "model");
  EXPECT_EQ(derived_model_name("/hub/models--org--sd-2-1/snapshots/0a1b2c", true), "sd-2-1");
  EXPECT_NO_THROW(check_model_name(derived_model_name("/m/" + std::string(200, 'x'), true)));
  EXPECT_EQ(free_model_name("a", [](const std::string& name) { return name == "a" || name == "a-2"; }), "a-3");
  EXPECT_EQ(free_model_name("emoji-128", [](const std::string&) { return false; }), "emoji-128-2");
}

}  // namespace
}  // namespace redraw
