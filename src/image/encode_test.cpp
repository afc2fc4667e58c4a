#include "image/encode.h"

#include <chrono>
#include <zlib.h>

#include "base/utf8.h"
#include "image/decode/decode.h"
#include "image/image_test_support.h"
#include "image/png_chunks.h"
#include "image/png_text.h"
#include "image/utf8.h"

namespace redraw {
namespace {

using namespace std::string_literals;

const PngText kText = {
    {"redraw", R"({"prompt": "fire \"wild\"", "seed": 1592514025, "strength": 0.7})"},
    {"Prompt", "Feuer über dem Öl, 火, 🔥, σ 2.92\nsecond line"},
    {"Empty", ""},
};

std::vector<std::string> chunk_types(const FileBytes& png) {
  std::vector<std::string> types;
  for (PngChunkReader chunks(png, "test"); const auto chunk = chunks.next();) types.emplace_back(chunk->type);
  return types;
}

// A small PNG with one more chunk of this type and content.
FileBytes png_with_chunk(std::string_view type, const std::string& data) {
  const FileBytes png = encode_png(gradient(8, 8));
  FileBytes out(png.begin(), png.begin() + 33);
  append_png_chunk(out, type, std::as_bytes(std::span(data)));
  out.insert(out.end(), png.begin() + 33, png.end());
  return out;
}

std::string deflated(const std::string& text) {
  uLongf bytes = compressBound(text.size());
  std::string out(bytes, '\0');
  compress(reinterpret_cast<Bytef*>(out.data()), &bytes, reinterpret_cast<const Bytef*>(text.data()), text.size());
  out.resize(bytes);
  return out;
}

TEST(EncodePng, KeepsEveryPixelAndEveryLetter) {
  for (const Image& image : {gradient(128, 96), gradient(8, 8), flat(64, 64, 1, 2, 3), gradient(1, 1)}) {
    const FileBytes png = encode_png(image, kText);
    EXPECT_EQ(read_png_text(png, "a.png"), kText);
    if (image.width >= kMinPictureSide) {
      const DecodedImage decoded = decode_image(png, "a.png");
      EXPECT_EQ(decoded.image.pixels, image.pixels);
      EXPECT_EQ(decoded.notes, std::vector<std::string>{});
    }
  }
}

TEST(EncodePng, GivesTheSameBytesForTheSamePicture) {
  EXPECT_EQ(encode_png(gradient(100, 60), kText), encode_png(gradient(100, 60), kText));
}

TEST(EncodePng, WritesPlainTextForAsciiAndUnicodeTextElse) {
  const auto types = chunk_types(encode_png(gradient(8, 8), kText));
  EXPECT_EQ(types, (std::vector<std::string>{"IHDR", "tEXt", "iTXt", "tEXt", "pHYs", "IDAT", "IEND"}));
}

TEST(EncodePng, WritesChunksWithTheirChecksums) {
  const FileBytes png = encode_png(gradient(32, 32), kText);
  for (PngChunkReader chunks(png, "test"); const auto chunk = chunks.next();) {
    EXPECT_EQ(png_chunk_crc(chunk->type, chunk->data), chunk->crc) << chunk->type;
  }
}

TEST(EncodePng, RefusesWhatPngCannotHold) {
  const Image image = gradient(8, 8);
  const auto with = [&](const std::string& keyword, const std::string& text) {
    return code_of([&] { encode_png(image, {{keyword, text}}); });
  };
  EXPECT_EQ(with("", "x"), Code::internal);
  EXPECT_EQ(with(std::string(80, 'k'), "x"), Code::internal);
  EXPECT_EQ(with(" key", "x"), Code::internal);
  EXPECT_EQ(with("kéy", "x"), Code::internal);
  EXPECT_EQ(with("key", "a\0b"s), Code::internal);
  EXPECT_EQ(with("key", "\xFF"), Code::internal);
  EXPECT_EQ(code_of([] { encode_png({8, 8, std::vector<uint8_t>(191)}); }), Code::internal);
}

TEST(ReadPngText, ReadsCompressedAndLatin1Text) {
  const auto read = [](std::string_view type, const std::string& data) {
    return read_png_text(png_with_chunk(type, data), "a.png");
  };
  EXPECT_EQ(read("zTXt", "Key\0\0"s + deflated("some text")), (PngText{{"Key", "some text"}}));
  EXPECT_EQ(read("iTXt", "Key\0\1\0de\0Schl\0"s + deflated("Öl")), (PngText{{"Key", "Öl"}}));
  EXPECT_EQ(read("tEXt", "Key\0\xD6l"s), (PngText{{"Key", "Öl"}}));  // Latin-1, as specified
  EXPECT_EQ(read("tEXt", "Key\0Öl"s), (PngText{{"Key", "Öl"}}));     // UTF-8, as often written
}

TEST(ReadPngText, FindsTextAfterThePixels) {
  const FileBytes png = encode_png(gradient(8, 8));
  FileBytes out(png.begin(), png.end() - 12);
  append_png_chunk(out, "tEXt", std::as_bytes(std::span("k\0v", 3)));
  out.insert(out.end(), png.end() - 12, png.end());
  EXPECT_EQ(read_png_text(out, "a.png"), (PngText{{"k", "v"}}));
}

TEST(ReadPngText, RefusesDamagedAndOversizedText) {
  const auto code = [](std::string_view type, const std::string& data) {
    return code_of([&] { read_png_text(png_with_chunk(type, data), "a.png"); });
  };
  EXPECT_EQ(code("tEXt", "no end of keyword"), Code::image_damaged);
  EXPECT_EQ(code("tEXt", "\0empty keyword"s), Code::image_damaged);
  EXPECT_EQ(code("zTXt", "Key\0"s), Code::image_damaged);
  EXPECT_EQ(code("zTXt", "Key\0\7"s), Code::image_damaged);
  EXPECT_EQ(code("zTXt", "Key\0\0not zlib"s), Code::image_damaged);
  EXPECT_EQ(code("zTXt", "Key\0\0"s + deflated(std::string(5000, 'x')).substr(0, 12)), Code::image_damaged);
  EXPECT_EQ(code("iTXt", "Key\0\0\0\0"s), Code::image_damaged);
  EXPECT_EQ(code("iTXt", "Key\0\0\0\0\0\xFF"s), Code::image_damaged);
  EXPECT_EQ(code("zTXt", "Key\0\0"s + deflated(std::string((1 << 20) + 1, 'x'))), Code::image_too_large);
  EXPECT_EQ(code("tEXt", "Key\0"s + std::string((1 << 20) + 1, 'x')), Code::image_too_large);
  FileBytes png = png_with_chunk("tEXt", "Key\0value"s);
  png[33 + 8 + 5] ^= std::byte{1};
  EXPECT_EQ(code_of([&] { read_png_text(png, "a.png"); }), Code::image_damaged);
  const PngText many(65, {"k", "v"});
  EXPECT_EQ(code_of([&] { read_png_text(encode_png(gradient(8, 8), many), "a.png"); }), Code::image_too_large);
  EXPECT_EQ(code_of([] { read_png_text({}, "a.png"); }), Code::image_not_recognised);
}

TEST(ReadPngText, AcceptsTextOfExactlyTheLimit) {
  const PngText text = {{"k", std::string(1 << 20, 'x')}};
  EXPECT_EQ(read_png_text(encode_png(gradient(8, 8), text), "a.png"), text);
}

TEST(Utf8, KnowsWellFormedText) {
  for (const char* text : {"", "plain", "Öl", "火", "🔥", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF", "\xE0\xA0\x80"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
  for (const char* text : {"\x80", "\xC3", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                           "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "a\xFF"}) {
    EXPECT_FALSE(is_utf8(text));
  }
}

}  // namespace
}  // namespace redraw
