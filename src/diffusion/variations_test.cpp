#include "diffusion/variations.h"

#include <gtest/gtest.h>

#include "diffusion/test_support.h"
#include "diffusion/torch_cpu_generator.h"
#include "support/golden.h"

namespace redraw {
namespace {

void draw_from_seed(uint64_t seed, std::span<float> out) {
  TorchCpuGenerator(seed).normal(out);
}

TEST(Variations, AreReadAsPairsOfSeedAndWeight) {
  EXPECT_EQ(parse_variations("3647897225:0.1"), (std::vector<Variation>{{3647897225u, 0.1}}));
  EXPECT_EQ(parse_variations("1:0,18446744073709551615:1,7:.5"),
            (std::vector<Variation>{{1, 0}, {UINT64_MAX, 1}, {7, 0.5}}));
  EXPECT_EQ(parse_variations(" 1 : 0.25 , 2 : 1e-3 "), (std::vector<Variation>{{1, 0.25}, {2, 0.001}}));
}

TEST(Variations, AreWrittenAsTheyAreRead) {
  for (const char* text : {"3647897225:0.1", "1:0,4294967295:1,7:0.5", "2:0.001,2:0.30000000000000004"}) {
    EXPECT_EQ(variations_text(parse_variations(text)), text);
  }
  EXPECT_EQ(variations_text({}), "");
}

struct Wrong {
  const char* text;
  Code code;
  const char* message;
};

TEST(Variations, AreRefusedWithThePairAndTheForm) {
  constexpr Wrong kWrong[] = {
      {"3647897225,0.1", Code::not_a_number,
       "'3647897225,0.1' has no colon between a seed and its weight; variations are seed:weight,seed:weight; did you "
       "mean '3647897225:0.1'?"},
      {"3647897225,0.1, 1614299449,0.1", Code::not_a_number,
       "'3647897225,0.1, 1614299449,0.1' has no colon between a seed and its weight; variations are "
       "seed:weight,seed:weight; did you mean '3647897225:0.1,1614299449:0.1'?"},
      {"3647897225", Code::not_a_number,
       "'3647897225' has no colon between a seed and its weight; variations are seed:weight,seed:weight"},
      {"", Code::not_a_number, "'' has no colon between a seed and its weight; variations are seed:weight,seed:weight"},
      {"1:0.1,2", Code::not_a_number,
       "variation 2, '2': no colon between a seed and its weight; variations are seed:weight,seed:weight"},
      {"1:0.1,", Code::not_a_number,
       "variation 2, '': no colon between a seed and its weight; variations are seed:weight,seed:weight"},
      {"one:0.1", Code::not_a_number,
       "variation 1, 'one:0.1': the seed is not a whole number; variations are seed:weight,seed:weight"},
      {"1.5:0.1", Code::not_a_number,
       "variation 1, '1.5:0.1': the seed is not a whole number; variations are seed:weight,seed:weight"},
      {":0.1", Code::not_a_number,
       "variation 1, ':0.1': the seed is not a whole number; variations are seed:weight,seed:weight"},
      {"1:", Code::not_a_number,
       "variation 1, '1:': the weight is not a number; variations are seed:weight,seed:weight"},
      {"1:0.1x", Code::not_a_number,
       "variation 1, '1:0.1x': the weight is not a number; variations are seed:weight,seed:weight"},
      {"1:2:3", Code::not_a_number,
       "variation 1, '1:2:3': the weight is not a number; variations are seed:weight,seed:weight"},
      {"1:0.1,-1:0.1", Code::out_of_range,
       "variation 2, '-1:0.1': the seed is -1, but must be 0 to 18446744073709551615"},
      {"18446744073709551616:0.1", Code::out_of_range,
       "variation 1, '18446744073709551616:0.1': the seed is 18446744073709551616, but must be 0 to "
       "18446744073709551615"},
      {"99999999999999999999:0.1", Code::out_of_range,
       "variation 1, '99999999999999999999:0.1': the seed is 99999999999999999999, but must be 0 to "
       "18446744073709551615"},
      {"1:1.01", Code::out_of_range, "variation 1, '1:1.01': the weight is 1.01, but must be 0 to 1"},
      {"1:-0.5", Code::out_of_range, "variation 1, '1:-0.5': the weight is -0.5, but must be 0 to 1"},
      {"1:nan", Code::out_of_range, "variation 1, '1:nan': the weight is nan, but must be 0 to 1"},
      {"1:1e999", Code::out_of_range, "variation 1, '1:1e999': the weight is 1e999, but must be 0 to 1"},
  };
  for (const Wrong& wrong : kWrong) {
    const Thrown thrown = thrown_by([&] { parse_variations(wrong.text); });
    EXPECT_EQ(thrown.code, wrong.code) << wrong.text;
    EXPECT_EQ(thrown.message, wrong.message);
  }
}

TEST(Variations, FoldTowardsEachSeedInTurn) {
  const std::string list = "11:0.2,4294967295:0.5,13:0.05";
  std::vector<float> ours(4 * 8 * 8);
  draw_varied_noise(7, parse_variations(list), draw_from_seed, ours);
  // Three slerps of float32 numbers below 4.
  ExpectClose(list, ours, read_golden(golden("rng/latent_effects.safetensors"), "variations/seed7/" + list).values,
              {.max_abs = 2e-6, .rms_relative = 3e-7});
}

TEST(Variations, LeaveTheNoiseAsItIsWithoutAWeightAndReplaceItWithAFullOne) {
  std::vector<float> seven(64), eight(64), ours(64);
  draw_from_seed(7, seven);
  draw_from_seed(8, eight);
  draw_varied_noise(7, {}, draw_from_seed, ours);
  EXPECT_EQ(ours, seven);
  draw_varied_noise(7, std::vector<Variation>{{8, 0}}, draw_from_seed, ours);
  EXPECT_EQ(ours, seven);
  draw_varied_noise(7, std::vector<Variation>{{8, 1}}, draw_from_seed, ours);
  EXPECT_EQ(ours, eight);
}

}  // namespace
}  // namespace redraw
