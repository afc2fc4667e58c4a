#include "image/fit.h"

#include <chrono>
#include <filesystem>

#include "image/decode/decode.h"
#include "image/image_test_support.h"
#include "image/resize.h"

namespace redraw {
namespace {

const std::filesystem::path kRoot = REDRAW_SOURCE_DIR;

Image fire_drawing() {
  return decode_image_file(kRoot / "examples/fire-drawing.png").image;
}

// tests/data/images/README.md says how the pictures were made. Both compute in the same fixed point: no tolerance.
TEST(Resize, AgreesWithPillowsLanczosByteForByte) {
  for (const Size size : {Size{512, 512}, Size{200, 152}, Size{96, 72}, Size{40, 40}}) {
    const std::string name = "fire-" + size_text(size.width, size.height) + "-pillow-lanczos.png";
    const Image expected = decode_image_file(kRoot / "tests/data/images" / name).image;
    EXPECT_EQ(largest_difference(resize_lanczos(fire_drawing(), size.width, size.height), expected), 0) << name;
  }
}

TEST(Resize, KeepsFlatColoursExactly) {
  for (const Size size : {Size{64, 64}, Size{9, 301}, Size{1, 1}}) {
    EXPECT_EQ(resize_lanczos(flat(37, 53, 1, 128, 254), size.width, size.height).pixels,
              flat(size.width, size.height, 1, 128, 254).pixels);
  }
}

TEST(Resize, TreatsBothAxesAlike) {
  const Image image = gradient(60, 44);
  const auto transposed = [](const Image& from) {
    Image to = {from.height, from.width, {}};
    for (int64_t y = 0; y < to.height; ++y) {
      for (int64_t x = 0; x < to.width; ++x) {
        const auto pixel = pixel_at(from, y, x);
        to.pixels.insert(to.pixels.end(), pixel.begin(), pixel.end());
      }
    }
    return to;
  };
  // The passes run in another order, each rounding and limiting: next to the checker's hard edges that shows a little.
  EXPECT_GT(psnr(transposed(resize_lanczos(image, 24, 100)), resize_lanczos(transposed(image), 100, 24)), 40.0);
}

TEST(Resize, RefusesBadBuffersAndBoundlessWork) {
  EXPECT_EQ(code_of([] { resize_lanczos({4, 4, std::vector<uint8_t>(47)}, 2, 2); }), Code::internal);
  EXPECT_EQ(code_of([] { resize_lanczos(flat(4, 4, 0, 0, 0), 0, 2); }), Code::internal);
  EXPECT_EQ(code_of([] { resize_lanczos(flat(8, 60000, 0, 0, 0), 60000, 8); }), Code::bad_size);
}

TEST(NaturalSize, GivesSquaresTheModelsOwnSize) {
  for (const int64_t native : {128, 512, 768, 1024}) {
    for (const int64_t side : {8, 128, 500, 4000}) {
      EXPECT_EQ(natural_size({side, side}, native), (Size{native, native}));
    }
  }
}

TEST(NaturalSize, KeepsAreaAndRatioInMultiplesOfEight) {
  struct Case {
    Size picture;
    int64_t native;
    Size natural;
  };
  const Case cases[] = {
      {{640, 480}, 512, {592, 440}},   {{480, 640}, 512, {440, 592}},      {{1280, 720}, 512, {680, 384}},
      {{4000, 3000}, 512, {592, 440}}, {{3000, 2000}, 1024, {1256, 840}},  {{640, 480}, 128, {144, 112}},
      {{400, 100}, 512, {1024, 256}},  {{1024, 1023}, 1024, {1024, 1024}},
  };
  for (const Case& one : cases) {
    const Size natural = natural_size(one.picture, one.native);
    EXPECT_EQ(size_text(natural.width, natural.height), size_text(one.natural.width, one.natural.height))
        << size_text(one.picture.width, one.picture.height) << " at " << one.native;
  }
}

TEST(NaturalSize, StaysNearAreaAndRatioForEveryRatio) {
  for (const int64_t native : {128, 512, 1024}) {
    // A side of native/2 in steps of 8 can be off by 4: that much of ratio or area, and a little for the sharing.
    const double bound = 4.0 / (static_cast<double>(native) / 2) * 1.5;
    for (int64_t width = 1000; width <= 4000; width += 7) {
      const Size natural = natural_size({width, 1000}, native);
      EXPECT_EQ(natural.width % 8, 0);
      EXPECT_EQ(natural.height % 8, 0);
      const auto ratio = static_cast<double>(natural.width) / static_cast<double>(natural.height);
      EXPECT_NEAR(ratio / (static_cast<double>(width) / 1000), 1.0, bound) << width;
      const auto area = static_cast<double>(natural.width * natural.height);
      EXPECT_NEAR(area / static_cast<double>(native * native), 1.0, bound) << width;
      const Size turned = natural_size({1000, width}, native);
      EXPECT_EQ(turned, (Size{natural.height, natural.width}));
    }
  }
}

TEST(NaturalSize, AsksForASizeWhenThePictureIsAStrip) {
  EXPECT_EQ(code_of([] { natural_size({4001, 1000}, 512); }), Code::bad_size);
  EXPECT_EQ(code_of([] { natural_size({8, 8000}, 512); }), Code::bad_size);
  EXPECT_NE(message_of([] { natural_size({3000, 100}, 512); }).find("3000x100"), std::string::npos);
}

TEST(Fit, KeepsPicturesOfTheRightSizeByteForByte) {
  const Image image = gradient(128, 96);
  for (const FitModeInfo& info : fit_modes()) {
    const Fitted fitted = fit_image(image, {128, 96}, info.mode);
    EXPECT_EQ(fitted.image.pixels, image.pixels) << info.name;
    EXPECT_EQ(fitted.description, "kept at 128x96") << info.name;
  }
}

TEST(Fit, SaysInOneLineWhatItDid) {
  const Image image = gradient(640, 480);
  const auto describe = [&](Size target, FitMode mode) { return fit_image(image, target, mode).description; };
  EXPECT_EQ(describe({512, 512}, FitMode::contain), "drawing 640x480 -> 512x384 (contain)");
  EXPECT_EQ(describe({512, 512}, FitMode::cover), "drawing 640x480 -> 512x512 (cover: centre of 683x512)");
  EXPECT_EQ(describe({512, 512}, FitMode::stretch), "drawing 640x480 -> 512x512 (stretch)");
  EXPECT_EQ(describe({512, 512}, FitMode::pad),
            "drawing 640x480 -> 512x512 (pad: 512x384 with mirrored edges around it)");
  EXPECT_EQ(describe({320, 240}, FitMode::cover), "drawing 640x480 -> 320x240 (cover)");
}

TEST(Fit, ContainRoundsEachSideToTheNearestMultipleOfEight) {
  const auto size = [](int64_t width, int64_t height, Size target) {
    const Image image = fit_image(flat(width, height, 9, 9, 9), target, FitMode::contain).image;
    return size_text(image.width, image.height);
  };
  EXPECT_EQ(size(1280, 720, {512, 512}), "512x288");
  EXPECT_EQ(size(1000, 700, {512, 512}), "512x360");  // 358.4
  EXPECT_EQ(size(700, 1000, {512, 512}), "360x512");
  EXPECT_EQ(size(100, 100, {512, 256}), "256x256");
  EXPECT_EQ(size(129, 128, {128, 128}), "128x128");  // 127.0 goes up, not down to 120
}

TEST(Fit, CoverCutsEvenlyAroundTheCentre) {
  // Left third red, middle green, right blue: a square cut from 3:1 is the green one.
  Image image = flat(192, 64, 0, 255, 0);
  for (int64_t y = 0; y < 64; ++y) {
    for (int64_t x = 0; x < 192; ++x) {
      uint8_t* pixel = image.pixels.data() + (y * 192 + x) * 3;
      if (x < 64) std::copy_n(std::array<uint8_t, 3>{255, 0, 0}.begin(), 3, pixel);
      if (x >= 128) std::copy_n(std::array<uint8_t, 3>{0, 0, 255}.begin(), 3, pixel);
    }
  }
  EXPECT_EQ(fit_image(image, {64, 64}, FitMode::cover).image.pixels, flat(64, 64, 0, 255, 0).pixels);
}

TEST(Fit, PadMirrorsThePictureAtItsEdges) {
  const Image image = gradient(16, 8);
  const Image padded = fit_image(image, {16, 40}, FitMode::pad).image;
  ASSERT_EQ(padded.height, 40);
  // Rows 16..23 are the picture; going away from it, its rows run 0 1 2 .. 7 7 6 .. 0, again and again.
  for (int64_t y = 0; y < 40; ++y) {
    const int64_t distance = y < 16 ? 15 - y : y < 24 ? 0 : y - 24;
    const int64_t within = distance % 16;
    const int64_t mirrored = within < 8 ? within : 15 - within;
    const int64_t row = y < 16 ? mirrored : y < 24 ? y - 16 : 7 - mirrored;
    for (int64_t x = 0; x < 16; ++x) ASSERT_EQ(pixel_at(padded, x, y), pixel_at(image, x, row)) << x << "," << y;
  }
}

TEST(Fit, PadKeepsThePictureToThePixelInTheMiddle) {
  const Fitted fitted = fit_image(gradient(300, 200), {512, 512}, FitMode::pad);
  const Image inside = resize_lanczos(gradient(300, 200), 512, 341);
  EXPECT_EQ(pixel_at(fitted.image, 100, 85), pixel_at(inside, 100, 0));
  EXPECT_EQ(pixel_at(fitted.image, 100, 84), pixel_at(inside, 100, 0));
  EXPECT_EQ(pixel_at(fitted.image, 511, 85 + 340), pixel_at(inside, 511, 340));
}

TEST(Fit, EndsWithWhatTheCallerThrew) {
  struct Stopped {};
  const Image image = gradient(300, 200);
  for (const FitModeInfo& info : fit_modes()) {
    int64_t asked = 0;
    fit_image(image, {128, 128}, info.mode, [&] { ++asked; });
    EXPECT_GT(asked, 200) << info.name;  // rows of the picture, then of the result
    for (const int64_t n : {int64_t{1}, int64_t{200}, asked}) {
      int64_t again = 0;
      const auto stop = [&] {
        if (++again == n) throw Stopped();
      };
      EXPECT_THROW(fit_image(image, {128, 128}, info.mode, stop), Stopped) << info.name;
    }
  }
}

TEST(Fit, RefusesSizesModelsCannotDraw) {
  const Image image = flat(64, 64, 1, 2, 3);
  struct Case {
    Size target;
    Code code;
    std::string says;
  };
  const Case cases[] = {
      {{0, 8}, Code::out_of_range, "width is 0, but must be a multiple of 8, 64 to 8192; the nearest is 64"},
      {{-8, 8}, Code::out_of_range, "width is -8, but must be a multiple of 8, 64 to 8192; the nearest is 64"},
      {{100, 64}, Code::bad_size, "width is 100, but must be a multiple of 8, 64 to 8192; the nearest are 96 and 104"},
      {{64, 4}, Code::out_of_range, "height is 4, but must be a multiple of 8, 64 to 8192; the nearest is 64"},
      {{65536, 8}, Code::out_of_range, "width is 65536, but must be a multiple of 8, 64 to 8192; the nearest is 8192"},
      {{8192, 8200},
       Code::out_of_range,
       "height is 8200, but must be a multiple of 8, 64 to 8192; the nearest is 8192"},
  };
  for (const Case& one : cases) {
    const auto fit = [&] { fit_image(image, one.target, FitMode::stretch); };
    EXPECT_EQ(code_of(fit), one.code) << one.says;
    EXPECT_EQ(message_of(fit), one.says);
  }
  EXPECT_EQ(fit_image(image, {64, 8}, FitMode::stretch).image.height, 8);  // of a picture with its ratio kept
}

TEST(Fit, RefusesStripsThatWouldVanish) {
  EXPECT_EQ(code_of([] { fit_image(flat(4000, 8, 1, 2, 3), {512, 512}, FitMode::contain); }), Code::bad_size);
  EXPECT_EQ(code_of([] { fit_image(flat(8000, 8, 1, 2, 3), {480, 480}, FitMode::pad); }), Code::bad_size);  // 0.48
  EXPECT_EQ(fit_image(flat(8000, 8, 1, 2, 3), {512, 512}, FitMode::pad).image.pixels, flat(512, 512, 1, 2, 3).pixels);
}

TEST(FitMode, IsKnownByNameAndSuggestsTheNearest) {
  for (const FitModeInfo& info : fit_modes()) {
    EXPECT_EQ(parse_fit_mode(info.name), info.mode);
    EXPECT_EQ(fit_mode_name(info.mode), info.name);
  }
  EXPECT_EQ(code_of([] { parse_fit_mode("contian"); }), Code::unknown_name);
  EXPECT_NE(message_of([] { parse_fit_mode("contian"); }).find("did you mean 'contain'"), std::string::npos);
}

}  // namespace
}  // namespace redraw
