#include "engine/run_canvas.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <utility>

#include "base/cancelled.h"
#include "base/error.h"
#include "image/decode/decode.h"
#include "image/encode.h"
#include "support/error_of.h"
#include "support/temporary_folder.h"

namespace redraw {
namespace {

// A picture whose pixels all differ from their neighbours, so that one that is turned or cut is another.
Image gradient(int64_t width, int64_t height) {
  Image image{.width = width, .height = height, .pixels = {}};
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      image.pixels.insert(image.pixels.end(), {static_cast<uint8_t>(x), static_cast<uint8_t>(y), 90});
    }
  }
  return image;
}

Picture picture_of(int64_t width, int64_t height) {
  return Picture::memory(encode_png(gradient(width, height)), "upload.png");
}

RunCanvas canvas_of(const ResolvedRequest& request, int64_t native_side = 128) {
  return run_canvas(request, native_side, {});
}

std::string text_of_size(Size size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

TEST(RunCanvas, WithoutAPictureTheSizeIsTheOneAskedForOrTheModels) {
  const auto size_of = [](std::optional<int64_t> width, std::optional<int64_t> height) {
    ResolvedRequest request;
    request.width = width;
    request.height = height;
    const RunCanvas canvas = canvas_of(request, 512);
    EXPECT_TRUE(canvas.init.pixels.empty());
    EXPECT_EQ(canvas.line, "");
    return text_of_size(canvas.size);
  };
  EXPECT_EQ(size_of({}, {}), "512x512");
  EXPECT_EQ(size_of(256, 320), "256x320");
  EXPECT_EQ(size_of(256, {}), "256x512") << "the other side is the model's";
  EXPECT_EQ(size_of({}, 768), "512x768");
}

TEST(RunCanvas, APictureIsDrawnInTheModelsAreaAtItsOwnRatio) {
  ResolvedRequest request;
  request.init = picture_of(128, 128);
  RunCanvas canvas = canvas_of(request);
  EXPECT_EQ(canvas.line, "picture kept at 128x128");
  EXPECT_EQ(text_of_size(canvas.size), "128x128");
  EXPECT_EQ(canvas.init.pixels, gradient(128, 128).pixels) << "byte for byte";
  request.init = picture_of(200, 50);
  canvas = canvas_of(request);
  EXPECT_EQ(text_of_size(canvas.size), "256x64") << "the area of 128x128, four times as wide as high";
  EXPECT_EQ(canvas.line, "picture 200x50 -> 256x64 (the model's area at the picture's aspect ratio)");
  EXPECT_EQ(canvas.init.pixels, fit_image(gradient(200, 50), {256, 64}, FitMode::stretch).image.pixels);
  request.init = picture_of(401, 100);
  message_of(Code::bad_size, [&] { canvas_of(request); });
}

TEST(RunCanvas, EachWayOfFittingDoesWhatItSays) {
  struct Row {
    FitMode mode;
    const char* size;
    const char* line;
  };
  const Row rows[] = {
      {FitMode::contain, "96x48", "drawing 128x64 -> 96x48 (contain)"},
      {FitMode::cover, "96x96", "drawing 128x64 -> 96x96 (cover: centre of 192x96)"},
      {FitMode::stretch, "96x96", "drawing 128x64 -> 96x96 (stretch)"},
      {FitMode::pad, "96x96", "drawing 128x64 -> 96x96 (pad: 96x48 with mirrored edges around it)"},
  };
  EXPECT_EQ(std::size(rows), fit_modes().size());
  for (const Row& row : rows) {
    ResolvedRequest request;
    request.init = picture_of(128, 64);
    request.width = request.height = 96;
    request.fit = row.mode;
    const RunCanvas canvas = canvas_of(request);
    EXPECT_EQ(text_of_size(canvas.size), row.size) << row.line;
    EXPECT_EQ(canvas.line, row.line);
    EXPECT_EQ(canvas.init.pixels, fit_image(gradient(128, 64), {96, 96}, row.mode).image.pixels) << row.line;
  }
}

TEST(RunCanvas, TheLineBeginsWithWhatTheFileWas) {
  const std::vector<std::byte> png = encode_png(gradient(64, 64));
  std::vector<std::byte> damaged(png.begin(), png.end() - 12);  // without its end marker
  ResolvedRequest request;
  request.init = Picture::memory(damaged, "upload.png");
  const std::vector<std::string> notes = decode_image(damaged, "upload.png").notes;
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(canvas_of(request, 64).line, notes[0] + "; picture kept at 64x64");
  request.width = request.height = 64;
  EXPECT_EQ(canvas_of(request, 64).line, notes[0] + "; kept at 64x64");
}

TEST(RunCanvas, APictureFromMemoryIsTheOneFromTheFileAndErrorsNameIt) {
  const TemporaryFolder folder;
  const std::vector<std::byte> png = encode_png(gradient(80, 64));
  const auto path = folder.write("a.png", {reinterpret_cast<const char*>(png.data()), png.size()});
  ResolvedRequest request;
  request.init = Picture::file(path.string());
  const RunCanvas from_file = canvas_of(request);
  request.init = Picture::memory(png, "upload.png");
  const RunCanvas from_memory = canvas_of(request);
  EXPECT_EQ(from_memory.init.pixels, from_file.init.pixels);
  EXPECT_EQ(from_memory.line, from_file.line);
  EXPECT_EQ(read_picture(*request.init, {}).pixels, gradient(80, 64).pixels);
  request.init = Picture::memory({std::byte{1}}, "upload.png");
  EXPECT_NE(message_of(Code::image_not_recognised, [&] { canvas_of(request); }).find("upload.png"), std::string::npos);
}

// Asked first while the file is read, last while the picture is scaled: a run ends at any of these.
TEST(RunCanvas, ACancellationEndsItWhereverItComes) {
  const TemporaryFolder folder;
  const std::vector<std::byte> png = encode_png(gradient(256, 256));
  const Picture file =
      Picture::file(folder.write("a.png", {reinterpret_cast<const char*>(png.data()), png.size()}).string());
  const Picture memory = Picture::memory(png, "upload.png");
  for (const auto& [picture, has_size] : {std::pair{file, false}, {file, true}, {memory, false}, {memory, true}}) {
    ResolvedRequest request;
    request.init = picture;
    if (has_size) request.width = request.height = 96;
    int64_t asked = 0;
    run_canvas(request, 128, [&] { ++asked; });
    int64_t while_decoding = 0;
    read_picture(*request.init, [&] { ++while_decoding; });
    EXPECT_GT(while_decoding, 0);
    EXPECT_GT(asked, while_decoding) << "also while it is scaled";
    for (const int64_t at : {int64_t{1}, while_decoding + 1, asked}) {
      int64_t count = 0;
      const auto stop = [&] {
        if (++count == at) throw Cancelled();
      };
      EXPECT_THROW(run_canvas(request, 128, stop), Cancelled) << at;
    }
  }
}

TEST(HiresFixSize, KeepsTheModelsAreaAndTheShape) {
  const auto size_of = [](Size size, int64_t native_side) {
    const HiresFix fix = hires_fix(size, 0.4, native_side);
    EXPECT_EQ(fix.strength, 0.4);
    return text_of_size({fix.width, fix.height});
  };
  EXPECT_EQ(size_of({1024, 1024}, 512), "512x512");
  EXPECT_EQ(size_of({1024, 512}, 512), "720x360") << "724x362, each down to a multiple of 8";
  EXPECT_EQ(size_of({512, 1024}, 512), "360x720");
  EXPECT_EQ(size_of({2048, 256}, 512), "2048x256") << "the shorter side is at least half of the model's";
  EXPECT_EQ(size_of({4096, 256}, 512), "4096x256");
  EXPECT_EQ(size_of({192, 128}, 128), "152x104");
}

TEST(HiresFixSize, OfASquareIsTheModelsSquare) {
  for (const int64_t native : {64, 128, 512, 768, 1024}) {
    for (int64_t side = native + 8; side <= 2048; side += 8) {
      const HiresFix fix = hires_fix({side, side}, 0.5, native);
      EXPECT_EQ(fix.width, native) << side;
      EXPECT_EQ(fix.height, native) << side;
    }
  }
}

TEST(HiresFixSize, OfEverySizeHasTheSidesThatAModelTakes) {
  constexpr int64_t kNative = 512;
  for (int64_t width = 64; width <= 2048; width += 8) {
    for (int64_t height = 64; height <= width; height += 8) {
      if (width * height <= kNative * kNative) continue;
      const HiresFix fix = hires_fix({width, height}, 0.5, kNative);
      const std::string size = text_of_size({width, height}) + " -> " + text_of_size({fix.width, fix.height});
      EXPECT_EQ(fix.width % 8, 0) << size;
      EXPECT_EQ(fix.height % 8, 0) << size;
      EXPECT_GE(std::min(fix.width, fix.height), kNative / 2) << size;
      // Within a step of the area unless the shorter side is at its least.
      if (fix.height > kNative / 2) {
        EXPECT_LE(fix.width * fix.height, kNative * kNative) << size;
        EXPECT_GT((fix.width + 8) * (fix.height + 8), kNative * kNative) << size;
      }
      const HiresFix turned = hires_fix({height, width}, 0.5, kNative);
      EXPECT_EQ(turned.width, fix.height) << size;
      EXPECT_EQ(turned.height, fix.width) << size;
    }
  }
}

TEST(HiresFixSize, RefusesASizeThatIsNoLargerThanTheModels) {
  for (const Size size : {Size{512, 512}, Size{1024, 256}, Size{64, 64}}) {
    EXPECT_EQ(message_of(Code::usage, [&] { hires_fix(size, 0.5, 512); }),
              "hires_fix is for pictures larger than the model's 512x512; " + text_of_size(size) + " is not");
  }
  hires_fix({520, 512}, 0.5, 512);
}

}  // namespace
}  // namespace redraw
