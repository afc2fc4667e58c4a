#include "request/request_text.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "request/field_samples.h"
#include "support/error_of.h"

namespace redraw {
namespace {

void expect_equal_requests(const Request& a, const Request& b) {
  for (const Field* field : request_fields()) EXPECT_EQ(get_field(a, *field), get_field(b, *field)) << field->name;
}

TEST(RequestText, ReadsBackWhatItWrites) {
  Request all;
  for (const Field* field : request_fields()) {
    for (const FieldValue& value : field_samples(*field)) {
      Request request;
      set_field(request, *field, value);
      set_field(all, *field, value);
      SCOPED_TRACE(request_text(request));
      expect_equal_requests(request_of_text(request_text(request)), request);
    }
    SCOPED_TRACE(request_text(all));
    expect_equal_requests(request_of_text(request_text(all)), all);
  }
}

TEST(RequestText, WritesTheLineThatAPersonWouldType) {
  Request request{
      .prompt = "a red fire", .noise = RequestNoise{.seed = 3}, .effects = RequestEffects{.seamless = true}};
  request.steps.strength = 0.7;
  EXPECT_EQ(request_text(request), "'a red fire' --strength 0.7 --seed 3 --seamless");
  request.inputs.init = Picture::file("drawing.png");
  EXPECT_EQ(request_text(request), "drawing.png 'a red fire' --strength 0.7 --seed 3 --seamless");
  request.inputs.init = sample_picture();
  EXPECT_TRUE(request_text(request).starts_with("'a picture.png' 'a red fire'"));
  EXPECT_EQ(request_text({.prompt = "-x"}), "--prompt -x");
}

TEST(RequestText, ReadsEveryFormOfAnOption) {
  for (const char* line : {"--steps 20", "--steps=20", "-s 20", "-s20", "  --steps\t'20'"}) {
    EXPECT_EQ(request_of_text(line).steps.steps, 20) << line;
  }
  EXPECT_EQ(request_of_text("--seamless").effects.seamless, true);
  EXPECT_EQ(request_of_text("--seamless=false").effects.seamless, false);
  EXPECT_EQ(request_of_text("--negative -x").negative, "-x") << "the word after an option is its value";
  EXPECT_EQ(request_of_text("--negative --").negative, "--");
  EXPECT_EQ(request_of_text("-s 9 -- -x").prompt, "-x");
  EXPECT_EQ(request_of_text("-5").prompt, "-5");
  const Request picture = request_of_text("a.png 'a fire'");
  EXPECT_EQ(picture.prompt, "a fire");
  EXPECT_EQ(picture.inputs.init, Picture::file("a.png"));
  for (const char* line : {"fire -I a.png", "-I a.png fire", "--init-img a.png fire", "--prompt fire a.png"}) {
    EXPECT_EQ(request_of_text(line).inputs.init, Picture::file("a.png")) << line;
    EXPECT_EQ(request_of_text(line).prompt, "fire") << line;
  }
}

TEST(RequestText, SaysWhatIsWrong) {
  const std::tuple<const char*, Code, const char*> lines[] = {
      {"--stength 0.5", Code::usage, "unknown option '--stength'; did you mean '--strength'?"},
      {"-q", Code::usage, "unknown option '-q'"},
      {"--steps", Code::usage, "--steps needs a value: N"},
      {"-s", Code::usage, "--steps needs a value: N"},
      {"--steps 5 -s 6", Code::usage, "steps is given twice"},
      {"--seamless --seamless", Code::usage, "seamless is given twice"},
      {"a.png fire -I b.png", Code::usage, "init is given twice"},
      {"--seamless=maybe", Code::usage, "seamless must be true or false"},
      {"--steps 0", Code::out_of_range, "steps is 0, but must be 1 to 1000"},
      {"-s=10", Code::not_a_number, "steps is '=10'"},
      {"a red fire", Code::usage, "there are 3 words without an option; put the prompt in quotes"},
      {"'a red fire", Code::usage, "the quote ' is not closed"},
      {"--sampler eular", Code::unknown_name, "did you mean 'euler'?"},
  };
  for (const auto& [line, code, phrase] : lines) {
    const std::string message = message_of(code, [&text = line] { request_of_text(text); });
    EXPECT_NE(message.find(phrase), std::string::npos) << message;
  }
}

TEST(RequestText, InvokeAIsLongOptionsAreTaken) {
  const Request request = request_of_text("fire --cfg_scale 6 --init_img a.png --h_symmetry_time_pct=0.5 --step_strip");
  EXPECT_EQ(request.guidance.cfg_scale, 6);
  EXPECT_EQ(request.inputs.init, Picture::file("a.png"));
  EXPECT_EQ(request.effects.h_symmetry_time_pct, 0.5);
  EXPECT_EQ(request.output.step_strip, true);
  EXPECT_EQ(option_names(find_field("cfg_scale")), (std::vector<std::string>{"--cfg-scale", "-C"}));
  EXPECT_EQ(option_spellings(find_field("cfg_scale")), (std::vector<std::string>{"--cfg-scale", "-C", "--cfg_scale"}));
}

TEST(RequestText, InvokeAIsShortOptionsAreTaken) {
  const Request request =
      request_of_text("fire -s 7 -S 42 -W 512 -H 768 -C 6.5 -A k_euler -f 0.6 -n 3 -v 0.1 -V 3:0.2,4:0.1 -I a.png");
  EXPECT_EQ(request.steps.steps, 7);
  EXPECT_EQ(request.noise.seed, 42u);
  EXPECT_EQ(request.size.width, 512);
  EXPECT_EQ(request.size.height, 768);
  EXPECT_EQ(request.guidance.cfg_scale, 6.5);
  EXPECT_EQ(request.steps.sampler, "k_euler");
  EXPECT_EQ(request.steps.strength, 0.6);
  EXPECT_EQ(request.output.images, 3);
  EXPECT_EQ(request.noise.variation_amount, 0.1);
  EXPECT_EQ(request.noise.with_variations,
            (std::vector<SeedWeight>{{.seed = 3, .weight = 0.2}, {.seed = 4, .weight = 0.1}}));
  EXPECT_EQ(request.inputs.init, Picture::file("a.png"));
}

// An alias that stands for two fields would set the first of them.
TEST(RequestText, EveryOptionIsOfOneField) {
  std::vector<std::string> names;
  for (const Field* field : request_fields()) {
    for (const std::string& name : option_spellings(*field)) names.push_back(name);
  }
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
  for (const std::string& name : names) EXPECT_TRUE(is_option_like(name)) << name;
}

}  // namespace
}  // namespace redraw
