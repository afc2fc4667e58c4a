// Pictures of more than 64 million pixels: reduced while they are read.
#include <zlib.h>

#include "image/decode/box_reducer.h"
#include "image/decode/decode.h"
#include "image/decode/picture_files_test_support.h"
#include "image/start_pictures.h"

namespace redraw {
namespace {

using Notes = std::vector<std::string>;

Image reduced(const Image& image, int factor) {
  BoxReducer reducer(image.width, image.height, factor);
  for (int64_t y = 0; y < image.height; ++y) {
    reducer.add_row(std::span(image.pixels)
                        .subspan(static_cast<size_t>(y * image.width * 3), static_cast<size_t>(image.width * 3)));
  }
  return reducer.take();
}

TEST(BoxReducer, KeepsRowsAtFactorOne) {
  const Image image = gradient(7, 5);
  EXPECT_EQ(reduced(image, 1).pixels, image.pixels);
}

TEST(BoxReducer, GivesTheRoundedMeanOfEachBoxAndOfWhatIsThereAtTheEdges) {
  Image image = flat(5, 3, 0, 0, 0);
  for (size_t i = 0; i < 15; ++i)
    image.pixels[i * 3] = static_cast<uint8_t>(i * 10);  // 0 .. 40 | 50 .. 90 | 100 .. 140
  const Image half = reduced(image, 2);
  EXPECT_EQ(half.width, 3);
  EXPECT_EQ(half.height, 2);
  std::vector<int> reds;
  for (size_t i = 0; i < half.pixels.size(); i += 3) reds.push_back(half.pixels[i]);
  // (0+10+50+60)/4, (20+30+70+80)/4, (40+90)/2; (100+110)/2, (120+130)/2, 140
  EXPECT_EQ(reds, (std::vector<int>{30, 50, 65, 105, 125, 140}));
  Image odd = flat(2, 1, 1, 0, 255);
  odd.pixels[3] = 2;
  EXPECT_EQ(reduced(odd, 3).pixels, (std::vector<uint8_t>{2, 0, 255}));  // 1.5 goes up
}

VipsImagePtr large_flat(int width, int height, double red, double green, double blue) {
  start_pictures();
  VipsImage* black = nullptr;
  VipsImage* colours = nullptr;
  const double factors[] = {1, 1, 1};
  const double values[] = {red, green, blue};
  if (vips_black(&black, width, height, "bands", 3, nullptr) != 0) std::abort();
  const VipsImagePtr holder(black);
  if (vips_linear(black, &colours, factors, values, 3, "uchar", TRUE, nullptr) != 0) std::abort();
  const VipsImagePtr other(colours);
  VipsImage* tagged = nullptr;
  if (vips_copy(colours, &tagged, "interpretation", VIPS_INTERPRETATION_sRGB, nullptr) != 0) std::abort();
  return VipsImagePtr(tagged);
}

TEST(DecodeLarge, JpegIsReducedByLibjpeg) {
  const FileBytes jpeg = save_jpeg(large_flat(16385, 3907, 40, 120, 200).get());
  const DecodedImage decoded = decode_image(jpeg, "a.jpg");
  EXPECT_EQ(decoded.original_width, 16385);
  EXPECT_EQ(decoded.original_height, 3907);
  EXPECT_EQ(decoded.image.width, 8193);
  EXPECT_EQ(decoded.image.height, 1954);
  EXPECT_EQ(decoded.notes, Notes{"reduced while it was read from 16385x3907 to 8193x1954"});
  const std::vector<uint8_t> pixel = pixel_at(decoded.image, 8192, 1953);
  EXPECT_NEAR(pixel[0], 40, 2);
  EXPECT_NEAR(pixel[1], 120, 2);
  EXPECT_NEAR(pixel[2], 200, 2);
}

// Grey of 8 bits, every row 0 255 0 255 ... but for its first pixel, 255.
FileBytes striped_png(uint32_t width, uint32_t height, bool is_whole) {
  const auto u32 = [](uint32_t value) {
    return std::string{static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
                       static_cast<char>(value)};
  };
  std::string row = std::string(1, '\0');  // no filter
  for (uint32_t x = 0; x < width; ++x) row += x % 2 == 0 && x > 0 ? '\0' : '\xFF';
  z_stream stream = {};
  deflateInit(&stream, 1);
  std::string pixels(size_t{4} << 20, '\0');
  stream.next_out = reinterpret_cast<Bytef*>(pixels.data());
  stream.avail_out = static_cast<uInt>(pixels.size());
  for (uint32_t y = 0; y < height; ++y) {
    stream.next_in = reinterpret_cast<Bytef*>(row.data());
    stream.avail_in = static_cast<uInt>(row.size());
    deflate(&stream, y + 1 == height && is_whole ? Z_FINISH : Z_NO_FLUSH);
  }
  pixels.resize(stream.total_out);
  deflateEnd(&stream);
  FileBytes png;
  for (const uint8_t value : kPngSignature) png.push_back(std::byte{value});
  append_png_chunk(png, "IHDR", bytes_of(u32(width) + u32(height) + std::string("\x08\0\0\0\0", 5)));
  append_png_chunk(png, "IDAT", bytes_of(pixels));
  append_png_chunk(png, "IEND", {});
  return png;
}

TEST(DecodeLarge, PngIsReducedRowByRow) {
  const DecodedImage decoded = decode_image(striped_png(32001, 2001, true), "a.png");
  EXPECT_EQ(decoded.image.width, 16001);
  EXPECT_EQ(decoded.image.height, 1001);
  EXPECT_EQ(decoded.notes, Notes{"reduced while it was read from 32001x2001 to 16001x1001"});
  EXPECT_EQ(pixel_at(decoded.image, 0, 0), (std::vector<uint8_t>{255, 255, 255}));
  EXPECT_EQ(pixel_at(decoded.image, 5, 1000), (std::vector<uint8_t>{128, 128, 128}));
  EXPECT_EQ(pixel_at(decoded.image, 16000, 1000), (std::vector<uint8_t>{0, 0, 0}));
}

TEST(DecodeLarge, PngThatLacksRowsIsRefused) {
  EXPECT_EQ(code_of([] { decode_image(striped_png(32001, 2001, false), "a.png"); }), Code::image_damaged);
}

// A lossless WebP of one colour: every Huffman code has one symbol and takes no bits, whatever the size.
FileBytes flat_webp(uint32_t width, uint32_t height) {
  std::vector<bool> bits;
  const auto put = [&](uint32_t value, int count) {
    for (int i = 0; i < count; ++i) bits.push_back((value >> i & 1u) != 0);
  };
  put(width - 1, 14);
  put(height - 1, 14);
  put(0, 4);                                                   // no alpha, version 0
  put(0, 3);                                                   // no transform, no colour cache, one group of codes
  for (const uint32_t symbol : {120u, 40u, 200u, 255u, 0u}) {  // green, red, blue, alpha, distance
    put(1, 1);                                                 // a simple code
    put(0, 1);                                                 // of one symbol
    put(1, 1);                                                 // of 8 bits
    put(symbol, 8);
  }
  std::string data = "\x2F";
  for (size_t i = 0; i < bits.size(); i += 8) {
    unsigned byte = 0;
    for (size_t k = 0; k < 8 && i + k < bits.size(); ++k) byte |= static_cast<unsigned>(bits[i + k]) << k;
    data += static_cast<char>(byte);
  }
  if (data.size() % 2 == 1) data += '\0';
  const auto u32 = [](size_t value) {
    return std::string{static_cast<char>(value), static_cast<char>(value >> 8), static_cast<char>(value >> 16),
                       static_cast<char>(value >> 24)};
  };
  return bytes_of("RIFF" + u32(12 + data.size()) + "WEBPVP8L" + u32(data.size()) + data);
}

TEST(DecodeLarge, WebpIsReducedByLibwebp) {
  EXPECT_EQ(decode_image(flat_webp(64, 48), "a.webp").image.pixels, flat(64, 48, 40, 120, 200).pixels);
  const DecodedImage decoded = decode_image(flat_webp(9001, 7202), "a.webp");
  EXPECT_EQ(decoded.original_width, 9001);
  EXPECT_EQ(decoded.image.height, 3601);
  ASSERT_EQ(decoded.notes.size(), 1u);
  EXPECT_TRUE(decoded.notes[0].starts_with("reduced while it was read from 9001x7202 to 450")) << decoded.notes[0];
  EXPECT_EQ(pixel_at(decoded.image, 4499, 3600), (std::vector<uint8_t>{40, 120, 200}));
}

TEST(DecodeLarge, PicturesOf64MillionPixelsAreNotReduced) {
  const DecodedImage decoded = decode_image(striped_png(32000, 2000, true), "a.png");
  EXPECT_EQ(decoded.image.width, 32000);
  EXPECT_EQ(decoded.notes, Notes{});
  EXPECT_EQ(pixel_at(decoded.image, 5, 1999), (std::vector<uint8_t>{255, 255, 255}));
}

}  // namespace
}  // namespace redraw
