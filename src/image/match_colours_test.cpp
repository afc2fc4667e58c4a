#include "image/match_colours.h"

#include <filesystem>

#include "image/decode/decode.h"
#include "image/image_test_support.h"
#include "image/lab.h"

namespace redraw {
namespace {

const std::filesystem::path kData = std::filesystem::path(REDRAW_SOURCE_DIR) / "tests/data/images";

std::vector<Lab> lab_of(const Image& image) {
  std::vector<Lab> labs;
  for (size_t i = 0; i < image.pixels.size(); i += 3) {
    labs.push_back(to_lab({image.pixels[i], image.pixels[i + 1], image.pixels[i + 2]}));
  }
  return labs;
}

Image grey_of(Image image) {
  for (size_t i = 0; i < image.pixels.size(); i += 3) image.pixels[i + 1] = image.pixels[i + 2] = image.pixels[i];
  return image;
}

// The same pixels in the opposite order.
Image reversed(const Image& image) {
  Image turned = {image.width, image.height, {}};
  for (size_t end = image.pixels.size(); end > 0; end -= 3) {
    turned.pixels.insert(turned.pixels.end(), image.pixels.begin() + static_cast<std::ptrdiff_t>(end - 3),
                         image.pixels.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return turned;
}

TEST(Lab, AgreesWithScikitImage) {
  struct Case {
    Rgb rgb;
    Lab lab;
  };
  const Case cases[] = {
      {{0, 0, 0}, {0.0000, 0.0000, 0.0000}},         {{255, 255, 255}, {100.0000, -0.0025, 0.0047}},
      {{255, 0, 0}, {53.2406, 80.0923, 67.2028}},    {{0, 255, 0}, {87.7351, -86.1830, 83.1797}},
      {{0, 0, 255}, {32.2957, 79.1856, -107.8573}},  {{255, 255, 0}, {97.1395, -21.5547, 94.4781}},
      {{200, 100, 50}, {53.6295, 36.3052, 45.3805}}, {{3, 2, 6}, {0.6858, 0.8176, -1.4215}},
      {{128, 128, 128}, {53.5850, -0.0015, 0.0028}},
  };
  for (const Case& one : cases) {
    const Lab lab = to_lab(one.rgb);
    // White and matrix have more digits there; over all colours that makes 0.008, 0.017 and 0.021.
    EXPECT_NEAR(lab.l, one.lab.l, 0.01);
    EXPECT_NEAR(lab.a, one.lab.a, 0.02);
    EXPECT_NEAR(lab.b, one.lab.b, 0.025);
  }
}

TEST(Lab, TakesEveryColourThereAndBack) {
  for (int red = 0; red < 256; red += 3) {
    for (int green = 0; green < 256; green += 5) {
      for (int blue = 0; blue < 256; blue += 3) {
        const Rgb colour = {static_cast<uint8_t>(red), static_cast<uint8_t>(green), static_cast<uint8_t>(blue)};
        ASSERT_EQ(to_rgb(to_lab(colour)), colour) << red << " " << green << " " << blue;
      }
    }
  }
}

TEST(Lab, KeepsGreysWithoutTint) {
  for (int level = 0; level < 256; ++level) {
    const auto value = static_cast<uint8_t>(level);
    const Lab lab = to_lab({value, value, value});
    EXPECT_NEAR(lab.a, 0.0, 1e-12);
    EXPECT_NEAR(lab.b, 0.0, 1e-12);
  }
}

// tools/goldens/make_colour_matches.py made them. Both compute in double precision, so that only a value between two
// levels could fall to the other side.
TEST(MatchColours, AgreesWithScikitImagesHistogramMatching) {
  for (const std::string name : {"sunset-forest", "forest-fire", "fire-sunset"}) {
    const auto read = [&](const std::string& part) {
      std::string file = "match-" + name;
      file += "-" + part + ".png";
      return decode_image_file(kData / file).image;
    };
    EXPECT_LE(largest_difference(match_colours(read("picture"), read("reference")), read("expected")), 1) << name;
  }
}

TEST(MatchColours, LeavesAPictureWithTheReferencesColoursAsItIs) {
  const Image picture = gradient(61, 47);
  EXPECT_EQ(match_colours(picture, picture).pixels, picture.pixels);
  EXPECT_EQ(match_colours(picture, reversed(picture)).pixels, picture.pixels);
}

TEST(MatchColours, DoesNotStretchTheGrainOfABackground) {
  // White with a little grain above a green, as generated drawings have it, and clean white above another green.
  Image picture = flat(20, 15, 255, 255, 255);
  for (size_t i = 0; i < picture.pixels.size(); i += 21) picture.pixels[i] = 254;
  Image reference = flat(20, 15, 255, 255, 255);
  const Image green = flat(20, 5, 60, 170, 60);
  const Image other_green = flat(20, 5, 40, 150, 60);
  picture.pixels.insert(picture.pixels.end(), green.pixels.begin(), green.pixels.end());
  reference.pixels.insert(reference.pixels.end(), other_green.pixels.begin(), other_green.pixels.end());
  picture.height = reference.height = 20;
  const Image result = match_colours(picture, reference);
  for (size_t i = 0; i < result.pixels.size() * 3 / 4; ++i) ASSERT_GE(result.pixels[i], 250) << i;
}

TEST(MatchColours, GivesAFlatPictureTheReferencesMeanColour) {
  const Image reference = gradient(40, 30);
  const Image result = match_colours(flat(9, 7, 10, 200, 30), reference);
  ASSERT_EQ(size_text(result.width, result.height), "9x7");
  Lab mean;
  for (const Lab& lab : lab_of(reference)) {
    mean.l += lab.l / (40 * 30);
    mean.a += lab.a / (40 * 30);
    mean.b += lab.b / (40 * 30);
  }
  const Rgb colour = to_rgb(mean);
  EXPECT_LE(largest_difference(result, flat(9, 7, colour[0], colour[1], colour[2])), 1);
}

TEST(MatchColours, TintsAGreyPictureEvenly) {
  // Two close colours, so that nothing leaves sRGB: their mean a and b everywhere, and their lightness.
  Image reference = flat(8, 8, 150, 120, 100);
  for (size_t i = 0; i < 3 * 32; i += 3) reference.pixels[i] = 140;
  Lab mean;
  for (const Lab& lab : lab_of(reference)) {
    mean.a += lab.a / 64;
    mean.b += lab.b / 64;
  }
  for (const Lab& lab : lab_of(match_colours(grey_of(gradient(50, 20)), reference))) {
    EXPECT_NEAR(lab.a, mean.a, 0.7);  // a level is about that much
    EXPECT_NEAR(lab.b, mean.b, 0.7);
  }
}

TEST(MatchColours, MakesAGreyPictureFromAGreyReference) {
  const Image result = match_colours(gradient(50, 40), grey_of(gradient(30, 20)));
  EXPECT_EQ(result.pixels, grey_of(result).pixels);
  EXPECT_NE(result.pixels, flat(50, 40, result.pixels[0], result.pixels[1], result.pixels[2]).pixels);
}

TEST(MatchColours, KeepsLightAndShadeWhereTheReferenceHasNone) {
  const Image picture = grey_of(gradient(200, 2));
  const Lab tint = to_lab({130, 120, 110});
  const std::vector<Lab> before = lab_of(picture);
  const std::vector<Lab> after = lab_of(match_colours(picture, flat(5, 5, 130, 120, 110)));
  for (size_t i = 0; i < before.size(); ++i) {
    if (before[i].l < 10.0 || before[i].l > 95.0) continue;  // there the tint leaves sRGB
    EXPECT_NEAR(after[i].l, before[i].l, 0.4);
    EXPECT_NEAR(after[i].a, tint.a, 1.0);  // a level in the dark
    EXPECT_NEAR(after[i].b, tint.b, 1.0);
  }
}

TEST(MatchColours, TakesPicturesOfOnePixel) {
  const Image orange = {1, 1, {200, 100, 0}};
  EXPECT_EQ(match_colours({1, 1, {1, 2, 3}}, orange).pixels, orange.pixels);
  EXPECT_EQ(match_colours(flat(3, 2, 1, 2, 3), orange).pixels, flat(3, 2, 200, 100, 0).pixels);
}

TEST(MatchColours, RefusesBadBuffers) {
  const Image sound = flat(4, 4, 0, 0, 0);
  const Image cut = {4, 4, std::vector<uint8_t>(47)};
  EXPECT_EQ(code_of([&] { match_colours(cut, sound); }), Code::internal);
  EXPECT_EQ(code_of([&] { match_colours(sound, cut); }), Code::internal);
  EXPECT_EQ(code_of([&] { match_colours({}, sound); }), Code::internal);
}

}  // namespace
}  // namespace redraw
