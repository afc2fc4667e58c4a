#include "image/decode/decode.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <thread>

#include "image/decode/orientation.h"
#include "image/encode.h"
#include "image/fit.h"
#include "image/image_test_support.h"
#include "image/png_chunks.h"
#include "image/start_pictures.h"

namespace redraw {
namespace {

using Notes = std::vector<std::string>;
using Pixel = std::vector<uint8_t>;

const std::filesystem::path kExamples = std::filesystem::path(REDRAW_SOURCE_DIR) / "examples";

TEST(Decode, ReadsTheExampleDrawings) {
  for (const char* name : {"apple-drawing.png", "fire-drawing.png", "tree-drawing.png"}) {
    const DecodedImage decoded = decode_image_file(kExamples / name);
    EXPECT_EQ(decoded.format, "PNG");
    EXPECT_EQ(decoded.image.width, 128);
    EXPECT_EQ(decoded.image.height, 128);
    EXPECT_EQ(decoded.image.pixels.size(), 128u * 128u * 3u);
    EXPECT_EQ(decoded.notes, Notes{}) << name;
  }
}

TEST(Decode, ReadsEveryPixelOfAnRgbPng) {
  const Image image = gradient(41, 23);
  const DecodedImage decoded = decode_image(save_png(vips_image(image).get()), "a.png");
  EXPECT_EQ(decoded.image.pixels, image.pixels);
  EXPECT_EQ(decoded.original_width, 41);
  EXPECT_EQ(decoded.original_height, 23);
  EXPECT_EQ(decoded.notes, Notes{});
}

TEST(Decode, ReadsInterlacedPng) {
  const Image image = gradient(41, 23);
  const auto picture = vips_image(image);
  const FileBytes png = save([&](void** data, size_t* bytes) {
    return vips_pngsave_buffer(picture.get(), data, bytes, "interlace", TRUE, nullptr);
  });
  EXPECT_EQ(decode_image(png, "a.png").image.pixels, image.pixels);
}

TEST(Decode, ReadsPalettePng) {
  Image image = flat(16, 16, 10, 200, 30);
  for (size_t i = 0; i < 300; ++i) image.pixels[i] = 77;
  const auto picture = vips_image(image);
  const FileBytes png = save([&](void** data, size_t* bytes) {
    return vips_pngsave_buffer(picture.get(), data, bytes, "palette", TRUE, nullptr);
  });
  EXPECT_EQ(png[25], std::byte{3});  // colour type of IHDR: the case is what it says
  EXPECT_LE(largest_difference(decode_image(png, "a.png").image, image), 1);  // libimagequant rounds
}

TEST(Decode, SpreadsGreyOverThreeChannels) {
  std::vector<uint8_t> grey(16 * 16);
  std::iota(grey.begin(), grey.end(), uint8_t{0});
  const auto picture = vips_image(grey, 16, 16, 1, VIPS_INTERPRETATION_B_W);
  const DecodedImage decoded = decode_image(save_png(picture.get()), "a.png");
  for (int i = 0; i < 256; ++i) {
    const auto value = static_cast<uint8_t>(i);
    EXPECT_EQ(pixel_at(decoded.image, i % 16, i / 16), (Pixel{value, value, value}));
  }
  EXPECT_EQ(decoded.notes, Notes{});
}

TEST(Decode, ReadsOneBitPng) {
  const std::vector<uint8_t> grey(16 * 16, 255);
  const auto picture = vips_image(grey, 16, 16, 1, VIPS_INTERPRETATION_B_W);
  const FileBytes png = save([&](void** data, size_t* bytes) {
    return vips_pngsave_buffer(picture.get(), data, bytes, "bitdepth", 1, nullptr);
  });
  EXPECT_EQ(png[24], std::byte{1});
  EXPECT_EQ(decode_image(png, "a.png").image.pixels, flat(16, 16, 255, 255, 255).pixels);
}

TEST(Decode, RoundsSixteenBitsToEightAndSaysSo) {
  // 128 * 257 is exactly 128; 127 below the middle stays, 129 above it (257 / 2 = 128.5) goes up.
  std::vector<uint16_t> samples(16 * 16 * 3, 0);
  samples[0] = 65535;
  samples[1] = 128 * 257;
  samples[2] = 128 * 257 + 129;
  samples[3] = 128 * 257 + 128;
  samples[4] = 255;
  const auto picture = vips_image(samples, 16, 16, 3, VIPS_INTERPRETATION_RGB16);
  const DecodedImage decoded = decode_image(save_png(picture.get()), "a.png");
  EXPECT_EQ(pixel_at(decoded.image, 0, 0), (Pixel{255, 128, 129}));
  EXPECT_EQ(pixel_at(decoded.image, 1, 0), (Pixel{128, 1, 0}));
  EXPECT_EQ(decoded.notes, Notes{"16-bit reduced to 8-bit"});
}

TEST(Decode, LaysTransparencyOnWhiteAndSaysSo) {
  std::vector<uint8_t> samples;
  for (int i = 0; i < 64; ++i) samples.insert(samples.end(), {10, 20, 200, static_cast<uint8_t>(i * 4)});
  const auto picture = vips_image(samples, 8, 8, 4, VIPS_INTERPRETATION_sRGB);
  const DecodedImage decoded = decode_image(save_png(picture.get()), "a.png");
  EXPECT_EQ(pixel_at(decoded.image, 0, 0), (Pixel{255, 255, 255}));
  // alpha 128 of 255: 10 * 0.50196 + 255 * 0.49804 = 132.02 and so on
  EXPECT_EQ(pixel_at(decoded.image, 0, 4), (Pixel{132, 137, 227}));
  EXPECT_EQ(decoded.notes, Notes{"transparency laid on white"});
}

TEST(Decode, SaysNothingOfAnAlphaChannelThatIsOpaque) {
  std::vector<uint8_t> samples;
  for (int i = 0; i < 64; ++i) samples.insert(samples.end(), {10, 20, 200, 255});
  const auto picture = vips_image(samples, 8, 8, 4, VIPS_INTERPRETATION_sRGB);
  const DecodedImage decoded = decode_image(save_png(picture.get()), "a.png");
  EXPECT_EQ(decoded.image.pixels, flat(8, 8, 10, 20, 200).pixels);
  EXPECT_EQ(decoded.notes, Notes{});
}

TEST(Decode, LaysSixteenBitGreyWithAlphaOnWhite) {
  std::vector<uint16_t> samples;
  for (int i = 0; i < 64; ++i) samples.insert(samples.end(), {0, static_cast<uint16_t>(i < 32 ? 65535 : 32896)});
  const auto picture = vips_image(samples, 8, 8, 2, VIPS_INTERPRETATION_GREY16);
  const DecodedImage decoded = decode_image(save_png(picture.get()), "a.png");
  EXPECT_EQ(pixel_at(decoded.image, 0, 0), (Pixel{0, 0, 0}));
  EXPECT_EQ(pixel_at(decoded.image, 0, 7), (Pixel{127, 127, 127}));
  EXPECT_EQ(decoded.notes, (Notes{"16-bit reduced to 8-bit", "transparency laid on white"}));
}

TEST(Decode, ReadsJpegBaselineAndProgressive) {
  const Image image = gradient(64, 48);
  for (const bool is_progressive : {false, true}) {
    const DecodedImage decoded = decode_image(save_jpeg(vips_image(image).get(), is_progressive), "a.jpg");
    EXPECT_EQ(decoded.format, "JPEG");
    EXPECT_GT(psnr(decoded.image, image), kJpegPsnr);
    EXPECT_EQ(decoded.notes, Notes{});
  }
}

TEST(Decode, ReadsGreyJpeg) {
  const std::vector<uint8_t> grey(32 * 32, 90);
  const auto picture = vips_image(grey, 32, 32, 1, VIPS_INTERPRETATION_B_W);
  EXPECT_LE(largest_difference(decode_image(save_jpeg(picture.get()), "a.jpg").image, flat(32, 32, 90, 90, 90)), 1);
}

TEST(Decode, ReadsLosslessWebpExactly) {
  const Image image = gradient(41, 23);
  const DecodedImage decoded = decode_image(save_webp(vips_image(image).get()), "a.webp");
  EXPECT_EQ(decoded.format, "WebP");
  EXPECT_EQ(decoded.image.pixels, image.pixels);
}

TEST(Decode, ReadsLossyWebp) {
  const auto picture = vips_image(flat(64, 48, 200, 100, 50));
  const FileBytes webp = save(
      [&](void** data, size_t* bytes) { return vips_webpsave_buffer(picture.get(), data, bytes, "Q", 90, nullptr); });
  EXPECT_LE(largest_difference(decode_image(webp, "a.webp").image, flat(64, 48, 200, 100, 50)), 4);
}

TEST(Decode, TakesTheFirstFrameOfAnAnimatedWebpAndSaysSo) {
  Image frames = flat(32, 32, 250, 0, 0);
  const Image second = flat(32, 32, 0, 250, 0);
  const Image third = flat(32, 32, 0, 0, 250);
  frames.pixels.insert(frames.pixels.end(), second.pixels.begin(), second.pixels.end());
  frames.pixels.insert(frames.pixels.end(), third.pixels.begin(), third.pixels.end());
  frames.height = 96;
  const auto picture = vips_image(frames);
  vips_image_set_int(picture.get(), VIPS_META_PAGE_HEIGHT, 32);
  const DecodedImage decoded = decode_image(save_webp(picture.get()), "a.webp");
  EXPECT_EQ(decoded.image.pixels, flat(32, 32, 250, 0, 0).pixels);
  EXPECT_EQ(decoded.notes, Notes{"first of 3 frames"});
}

TEST(Decode, NamesTheFramesOfAnAnimatedPng) {
  const FileBytes still = encode_png(gradient(16, 16));
  FileBytes animated(still.begin(), still.begin() + 33);
  append_png_chunk(animated, "acTL", std::as_bytes(std::span("\0\0\0\x0C\0\0\0\0", 8)));
  animated.insert(animated.end(), still.begin() + 33, still.end());
  const DecodedImage decoded = decode_image(animated, "a.png");
  EXPECT_EQ(decoded.image.pixels, gradient(16, 16).pixels);
  EXPECT_EQ(decoded.notes, Notes{"first of 12 frames"});
}

TEST(Decode, TurnsPicturesUprightByTheirExif) {
  const Image upright = gradient(48, 24);
  // Which stored picture needs which orientation: undoing is its own inverse but for 6 and 8, which undo each other.
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const int inverse = orientation == 6 ? 8 : orientation == 8 ? 6 : orientation;
    const Image stored = turn_upright(upright, inverse);
    const auto picture = vips_image(stored);
    vips_image_set_int(picture.get(), VIPS_META_ORIENTATION, orientation);
    const DecodedImage decoded = decode_image(save_jpeg(picture.get()), "a.jpg");
    EXPECT_GT(psnr(decoded.image, upright), kJpegPsnr) << orientation;
    EXPECT_EQ(decoded.original_width, orientation >= 5 ? 24 : 48);
    const Notes notes = {"turned upright (EXIF orientation " + std::to_string(orientation) + ")"};
    EXPECT_EQ(decoded.notes, orientation == 1 ? Notes{} : notes);
  }
}

TEST(Orientation, AgreesWithLibvipsForEveryValue) {
  const Image stored = gradient(13, 9);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const auto picture = vips_image(stored);
    vips_image_set_int(picture.get(), VIPS_META_ORIENTATION, orientation);
    VipsImage* turned = nullptr;
    ASSERT_EQ(vips_autorot(picture.get(), &turned, nullptr), 0);
    const VipsImagePtr holder(turned);
    size_t bytes = 0;
    const GlibPtr<uint8_t> pixels(static_cast<uint8_t*>(vips_image_write_to_memory(turned, &bytes)));
    const Image upright = turn_upright(stored, orientation);
    EXPECT_EQ(upright.width, turned->Xsize);
    EXPECT_EQ(upright.pixels, std::vector<uint8_t>(pixels.get(), pixels.get() + bytes)) << orientation;
  }
}

// The image with one of libvips' built-in profiles embedded: "srgb", "p3", "cmyk".
void embed_profile(VipsImage* picture, const char* name) {
  VipsBlob* profile = nullptr;
  ASSERT_EQ(vips_profile_load(name, &profile, nullptr), 0);
  size_t bytes = 0;
  const void* data = vips_blob_get(profile, &bytes);
  vips_image_set_blob_copy(picture, VIPS_META_ICC_NAME, data, bytes);
  vips_area_unref(VIPS_AREA(profile));
}

TEST(Decode, KeepsTheBytesOfPicturesTaggedSrgb) {
  const Image image = gradient(41, 23);
  const auto picture = vips_image(image);
  embed_profile(picture.get(), "srgb");
  const DecodedImage decoded = decode_image(save_png(picture.get()), "a.png");
  EXPECT_EQ(decoded.image.pixels, image.pixels);
  EXPECT_EQ(decoded.notes, Notes{});
}

TEST(Decode, ConvertsDisplayP3ToSrgbAndSaysSo) {
  const auto picture = vips_image(flat(16, 16, 128, 200, 150));
  embed_profile(picture.get(), "p3");
  const DecodedImage decoded = decode_image(save_png(picture.get()), "a.png");
  // By the CSS Color 4 matrices: color(display-p3 0.502 0.784 0.588) is rgb(102.6, 202.3, 145.5).
  EXPECT_LE(largest_difference(decoded.image, flat(16, 16, 103, 202, 146)), 2);
  EXPECT_EQ(decoded.notes, Notes{"colours converted from the embedded profile to sRGB"});
}

TEST(Decode, ConvertsProfilesUnderTransparency) {
  std::vector<uint8_t> samples;
  for (int i = 0; i < 64; ++i) samples.insert(samples.end(), {128, 200, 150, static_cast<uint8_t>(i < 32 ? 255 : 0)});
  const auto picture = vips_image(samples, 8, 8, 4, VIPS_INTERPRETATION_sRGB);
  embed_profile(picture.get(), "p3");
  const DecodedImage decoded = decode_image(save_png(picture.get()), "a.png");
  EXPECT_NEAR(pixel_at(decoded.image, 0, 0)[0], 103, 2);
  EXPECT_EQ(pixel_at(decoded.image, 0, 7), (Pixel{255, 255, 255}));
  EXPECT_EQ(decoded.notes,
            (Notes{"colours converted from the embedded profile to sRGB", "transparency laid on white"}));
}

TEST(Decode, TakesUnusableProfilesAsSrgbAndSaysSo) {
  const Image image = gradient(32, 32);
  FileBytes jpeg = save_jpeg(vips_image(image).get());
  const auto segment = std::as_bytes(std::span("\xFF\xE2\x00\x29ICC_PROFILE\0\x01\x01this is no colour profile", 43));
  jpeg.insert(jpeg.begin() + 2, segment.begin(), segment.end());
  const DecodedImage decoded = decode_image(jpeg, "a.jpg");
  EXPECT_GT(psnr(decoded.image, image), kJpegPsnr);
  EXPECT_EQ(decoded.notes, Notes{"embedded colour profile not usable, taken as sRGB"});
}

TEST(Decode, ConvertsCmykJpegWithAndWithoutItsProfile) {
  std::vector<uint8_t> ink;
  for (int i = 0; i < 32 * 32; ++i) ink.insert(ink.end(), {0, 0, 0, 0});            // bare paper
  for (int i = 0; i < 32 * 32 / 2; ++i) ink[static_cast<size_t>(i) * 4 + 1] = 255;  // magenta above
  for (const bool has_profile : {false, true}) {
    const auto picture = vips_image(ink, 32, 32, 4, VIPS_INTERPRETATION_CMYK);
    if (has_profile) embed_profile(picture.get(), "cmyk");
    const DecodedImage decoded = decode_image(save_jpeg(picture.get()), "a.jpg");
    const Pixel magenta = pixel_at(decoded.image, 4, 4);
    EXPECT_GT(magenta[0], 180) << has_profile;
    EXPECT_LT(magenta[1], 90);
    for (const uint8_t value : pixel_at(decoded.image, 4, 28)) EXPECT_GE(value, 250);
    EXPECT_EQ(decoded.notes, Notes{"CMYK converted to sRGB"});
  }
}

TEST(Decode, ReadsJpegWithStrayBytesBeforeItsEnd) {
  const Image image = gradient(64, 48);
  FileBytes jpeg = save_jpeg(vips_image(image).get());
  jpeg.insert(jpeg.end() - 2, 5, std::byte{0});  // some cameras pad here
  EXPECT_GT(psnr(decode_image(jpeg, "a.jpg").image, image), kJpegPsnr);
}

TEST(Decode, ReadsFilesWithSomethingAfterTheirEnd) {
  for (FileBytes file : {save_png(vips_image(gradient(16, 16)).get()), save_jpeg(vips_image(gradient(16, 16)).get()),
                         save_webp(vips_image(gradient(16, 16)).get())}) {
    file.insert(file.end(), 100, std::byte{0x55});
    EXPECT_EQ(decode_image(file, "a").image.width, 16);
  }
}

TEST(Decode, TellsTheFormatByContentNotByName) {
  const auto path = std::filesystem::path(testing::TempDir()) / "a-jpeg-named.png";
  const FileBytes jpeg = save_jpeg(vips_image(gradient(16, 16)).get());
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(jpeg.data()), std::ssize(jpeg));
  EXPECT_EQ(decode_image_file(path).format, "JPEG");
  std::filesystem::remove(path);
}

TEST(Decode, GivesTheSamePicturesFromManyThreads) {
  const FileBytes png = save_png(vips_image(gradient(64, 64)).get());
  // Two kinds of damage that libvips finds, each with a message of its own.
  FileBytes bad_png = png;
  bad_png[bad_png.size() - 40] ^= std::byte{1};
  FileBytes bad_jpeg = save_jpeg(vips_image(gradient(64, 64)).get());
  bad_jpeg.erase(bad_jpeg.end() - 300, bad_jpeg.end() - 2);
  const std::string png_message = message_of([&] { decode_image(bad_png, "bad"); });
  const std::string jpeg_message = message_of([&] { decode_image(bad_jpeg, "bad"); });
  ASSERT_NE(png_message, jpeg_message);
  std::vector<std::string> failures(4);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < failures.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 25; ++round) {
        const Image image = decode_image(png, "a.png").image;
        if (image.pixels != gradient(64, 64).pixels) failures[i] = "decode";
        const Image fitted = fit_image(image, {32, 32}, FitMode::cover).image;
        if (decode_image(encode_png(fitted), "b.png").image.pixels != fitted.pixels) failures[i] = "encode";
        for (int again = 0; again < 8; ++again) {
          const bool is_png = (i + static_cast<size_t>(again)) % 2 == 0;
          const std::string message = message_of([&] { decode_image(is_png ? bad_png : bad_jpeg, "bad"); });
          if (message != (is_png ? png_message : jpeg_message)) failures[i] = message;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, std::vector<std::string>(4));
}

TEST(StartVips, LoadsNoModulesAndLeavesTheEnvironmentAlone) {
  start_pictures();
  EXPECT_EQ(std::getenv("VIPSHOME"), nullptr);
  EXPECT_EQ(vips_type_find("VipsOperation", "magickload_buffer"), 0u);
  EXPECT_EQ(vips_type_find("VipsOperation", "pdfload_buffer"), 0u);
  EXPECT_EQ(vips_cache_get_max(), 0);
}

}  // namespace
}  // namespace redraw
