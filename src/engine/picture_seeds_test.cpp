#include "engine/picture_seeds.h"

#include <cstdint>
#include <gtest/gtest.h>
#include <limits>

namespace redraw {
namespace {

using Notes = std::vector<std::string>;

constexpr uint64_t kLast = std::numeric_limits<uint64_t>::max();

Request with_noise(RequestNoise noise) {
  return {.prompt = "fire", .noise = std::move(noise)};
}

TEST(PictureSeeds, ASeedThatIsGivenStaysAndNothingIsSaid) {
  const DrawnSeeds drawn = draw_seeds(with_noise({.seed = kLast}), 3);
  EXPECT_EQ(drawn.request.noise.seed, kLast);
  EXPECT_FALSE(drawn.request.noise.variation_seed);
  EXPECT_EQ(drawn.notes, Notes{});
}

TEST(PictureSeeds, AnOpenSeedIsDrawnAnewEachTime) {
  const DrawnSeeds drawn = draw_seeds(with_noise({}), 1);
  ASSERT_TRUE(drawn.request.noise.seed);
  EXPECT_FALSE(drawn.request.noise.variation_seed) << "nothing is varied";
  EXPECT_EQ(drawn.request.prompt, "fire");
  EXPECT_EQ(drawn.notes, Notes{"seed " + std::to_string(*drawn.request.noise.seed) + " (drawn)"});
  EXPECT_NE(draw_seeds(with_noise({}), 1).request.noise.seed, drawn.request.noise.seed);
}

TEST(PictureSeeds, OfSeveralImagesTheNoteSaysThatTheSeedGoesOn) {
  const DrawnSeeds drawn = draw_seeds(with_noise({}), 3);
  EXPECT_EQ(drawn.notes, Notes{"seed " + std::to_string(*drawn.request.noise.seed) + " (drawn), and on from there"});
}

TEST(PictureSeeds, AVariationDrawsBothSeedsAndMovesItsOwnAlone) {
  const DrawnSeeds one = draw_seeds(with_noise({.variation_amount = 0.2}), 1);
  const RequestNoise& noise = one.request.noise;
  ASSERT_TRUE(noise.seed && noise.variation_seed);
  EXPECT_NE(noise.seed, noise.variation_seed);
  EXPECT_EQ(one.notes, (Notes{"seed " + std::to_string(*noise.seed) + " (drawn)",
                              "variation seed " + std::to_string(*noise.variation_seed) + " (drawn)"}));
  const DrawnSeeds three = draw_seeds(with_noise({.variation_amount = 0.2}), 3);
  EXPECT_EQ(three.notes, (Notes{"seed " + std::to_string(*three.request.noise.seed) + " (drawn)",
                                "variation seed " + std::to_string(*three.request.noise.variation_seed) +
                                    " (drawn), and on from there"}));
  EXPECT_EQ(draw_seeds(with_noise({.seed = 3, .variation_amount = 0.2, .variation_seed = 4}), 3).notes, Notes{});
}

TEST(PictureSeeds, AVariationOfNothingDrawsNoSeedOfItsOwn) {
  const DrawnSeeds drawn = draw_seeds(with_noise({.variation_amount = 0.0}), 1);
  EXPECT_TRUE(drawn.request.noise.seed);
  EXPECT_FALSE(drawn.request.noise.variation_seed);
}

TEST(PictureSeeds, VariationsOfAnUnknownSeedAreNotCompleted) {
  const DrawnSeeds drawn =
      draw_seeds(with_noise({.with_variations = std::vector<SeedWeight>{{.seed = 5, .weight = 0.1}}}), 1);
  EXPECT_FALSE(drawn.request.noise.seed);
  EXPECT_EQ(drawn.notes, Notes{});
}

TEST(PictureSeeds, EachPictureIsOneSeedOnAndWrapsAround) {
  const Request request = with_noise({.seed = kLast - 1});
  const uint64_t seeds[] = {kLast - 1, kLast, 0, 1};
  for (int64_t i = 0; i < 4; ++i) EXPECT_EQ(request_of_picture(request, i).noise.seed, seeds[i]) << i;
}

TEST(PictureSeeds, WhereAVariationIsAskedForItsSeedMoves) {
  const Request request = with_noise({.seed = 7, .variation_amount = 0.2, .variation_seed = kLast});
  EXPECT_EQ(request_of_picture(request, 0).noise.variation_seed, kLast);
  const RequestNoise second = request_of_picture(request, 1).noise;
  EXPECT_EQ(second.seed, 7);
  EXPECT_EQ(second.variation_seed, 0) << "2^64 is 0";
  // A list of variations is part of what the seeds share.
  const RequestNoise listed =
      request_of_picture(with_noise({.seed = 7, .with_variations = std::vector<SeedWeight>{{.seed = 5, .weight = 1}}}),
                         2)
          .noise;
  EXPECT_EQ(listed.seed, 9);
  EXPECT_EQ(listed.with_variations, (std::vector<SeedWeight>{{.seed = 5, .weight = 1}}));
}

}  // namespace
}  // namespace redraw
