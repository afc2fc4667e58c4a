// Files made to break or exhaust a decoder: each is an Error, quickly and in little memory.
#include <cstring>
#include <filesystem>
#include <fstream>
#include <zlib.h>

#include "image/decode/container.h"
#include "image/decode/decode.h"
#include "image/decode/picture_files_test_support.h"
#include "image/encode.h"
#include "image/image_test_support.h"
#include "image/png_chunks.h"
#include "support/processor_time.h"

namespace redraw {
namespace {

void append(FileBytes& to, const FileBytes& more) {
  to.insert(to.end(), more.begin(), more.end());
}

FileBytes big_endian(uint32_t value) {
  FileBytes bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::byte>(value >> shift));
  return bytes;
}

// Signature and IHDR of an 8-bit RGB PNG that claims this size.
FileBytes png_start(uint32_t width, uint32_t height) {
  FileBytes png;
  for (const uint8_t value : kPngSignature) png.push_back(std::byte{value});
  FileBytes header = big_endian(width);
  append(header, big_endian(height));
  append(header, {std::byte{8}, std::byte{2}, std::byte{0}, std::byte{0}, std::byte{0}});
  append_png_chunk(png, "IHDR", header);
  return png;
}

FileBytes compressed(size_t count, Bytef value) {
  const std::vector<Bytef> values(count, value);
  uLongf bytes = compressBound(count);
  FileBytes out(bytes);
  compress2(reinterpret_cast<Bytef*>(out.data()), &bytes, values.data(), count, 9);
  out.resize(bytes);
  return out;
}

// A whole PNG with extra chunks after its header.
FileBytes png_with(const FileBytes& chunks) {
  const FileBytes png = encode_png(gradient(32, 32));
  FileBytes out(png.begin(), png.begin() + 33);
  append(out, chunks);
  out.insert(out.end(), png.begin() + 33, png.end());
  return out;
}

Code decode_code(const FileBytes& bytes) {
  return code_of([&] { decode_image(bytes, "hostile"); });
}

// Peak resident memory of this process since it was last reset, in MiB.
double peak_mib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
  }
  return 0;
}

// 0 under AddressSanitizer, which keeps freed memory.
template <typename Function>
double peak_growth_mib(Function function) {
  std::ofstream("/proc/self/clear_refs") << 5;
  const double before = peak_mib();
  function();
#ifdef REDRAW_SANITIZED
  return before * 0;
#else
  return peak_mib() - before;
#endif
}

TEST(HostileImage, NamesWhatIsNotAPictureAndWhatIsAccepted) {
  struct Case {
    std::string_view bytes;
    std::string_view says;
  };
  const Case cases[] = {
      {"", "is empty"},
      {"\x89PNG\r\n\x1A", "not a picture"},
      {"just some text, nothing more than that", "not a picture"},
      {"GIF89a\x10\x00\x10\x00", "a GIF picture"},
      {"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>", "an SVG drawing"},
      {"<?xml version=\"1.0\"?><svg/>", "an XML file"},
      {"%PDF-1.7\n", "a PDF document"},
      {std::string_view("\0\0\0\x18"
                        "ftypavif",
                        12),
       "an AVIF picture"},
      {std::string_view("RIFF\x10\0\0\0WAVEfmt ", 16), "not a picture"},
  };
  for (const Case& one : cases) {
    const FileBytes bytes = bytes_of(one.bytes);
    EXPECT_EQ(decode_code(bytes), Code::image_not_recognised) << one.says;
    const std::string message = message_of([&] { decode_image(bytes, "drawing.x"); });
    EXPECT_NE(message.find(one.says), std::string::npos) << message;
    EXPECT_NE(message.find("PNG, JPEG and WebP"), std::string::npos) << message;
    EXPECT_TRUE(message.starts_with("drawing.x: ")) << message;
  }
}

TEST(HostileImage, RefusesFilesThatAreNotThere) {
  EXPECT_EQ(code_of([] { decode_image_file("/no/such/picture.png"); }), Code::file_not_found);
  EXPECT_EQ(code_of([] { decode_image_file("/"); }), Code::not_a_file);
  EXPECT_EQ(code_of([] { decode_image_file("/dev/zero"); }), Code::not_a_file);
}

TEST(HostileImage, RefusesFilesOfMoreThanTwoGiB) {
  const auto path = std::filesystem::path(testing::TempDir()) / "large.png";
  const FileBytes start = png_start(8, 8);
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(start.data()), std::ssize(start));
  std::filesystem::resize_file(path, static_cast<uintmax_t>(kMaxPictureFileBytes) + 1);  // a hole
  EXPECT_EQ(code_of([&] { decode_image_file(path); }), Code::file_too_large);
  std::filesystem::remove(path);
}

TEST(HostileImage, RefusesEveryCutPng) {
  const Image image = gradient(48, 40);
  const auto picture = vips_image(image);
  const FileBytes interlaced = save([&](void** data, size_t* bytes) {
    return vips_pngsave_buffer(picture.get(), data, bytes, "interlace", TRUE, nullptr);
  });
  for (const FileBytes& png : {encode_png(image), interlaced}) {
    for (size_t length = 0; length < png.size() - 12; ++length) {  // behind that stands IEND alone
      const Code code = decode_code({png.begin(), png.begin() + static_cast<std::ptrdiff_t>(length)});
      ASSERT_EQ(code, length < 8 ? Code::image_not_recognised : Code::image_truncated) << length;
    }
  }
}

TEST(HostileImage, RefusesEveryCutJpeg) {
  for (const bool is_progressive : {false, true}) {
    const FileBytes jpeg = save_jpeg(vips_image(gradient(48, 40)).get(), is_progressive);
    for (size_t length = 0; length < jpeg.size() - 2; ++length) {  // behind that stands the end marker alone
      const Code code = decode_code({jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(length)});
      ASSERT_EQ(code, length < 3 ? Code::image_not_recognised : Code::image_truncated) << length;
    }
  }
}

TEST(HostileImage, RefusesEveryCutWebp) {
  const FileBytes webp = plain_webp(vips_image(gradient(48, 40)).get());
  const size_t padding = std::to_integer<size_t>(webp[16]) % 2;  // of its one chunk
  for (size_t length = 0; length < webp.size() - padding; ++length) {
    const Code code = decode_code({webp.begin(), webp.begin() + static_cast<std::ptrdiff_t>(length)});
    ASSERT_EQ(code, length < 12 ? Code::image_not_recognised : Code::image_truncated) << length;
  }
}

TEST(HostileImage, RefusesJpegsCutInsideAndClosedAgain) {
  // What a decoder paints grey: the end marker is there, the picture before it is not.
  const FileBytes whole = save_jpeg(vips_image(gradient(96, 96)).get());
  for (const double share : {0.5, 0.7, 0.9, 0.99}) {
    FileBytes jpeg(whole.begin(),
                   whole.begin() + static_cast<std::ptrdiff_t>(static_cast<double>(whole.size()) * share));
    while (jpeg.back() == std::byte{0xFF}) jpeg.pop_back();
    append(jpeg, {std::byte{0xFF}, std::byte{0xD9}});
    const Code code = decode_code(jpeg);
    EXPECT_TRUE(code == Code::image_truncated || code == Code::image_damaged) << share;  // by which byte comes last
  }
}

TEST(HostileImage, RefusesPngsWithAnyByteOfTheirPixelsChanged) {
  const FileBytes png = encode_png(gradient(48, 40));
  const size_t first = std::string_view(reinterpret_cast<const char*>(png.data()), png.size()).find("IDAT");
  ASSERT_NE(first, std::string::npos);
  for (size_t i = first + 4; i < png.size() - 12; i += 7) {  // IDAT's data and CRC, up to IEND
    FileBytes damaged = png;
    damaged[i] ^= std::byte{0x10};
    EXPECT_EQ(decode_code(damaged), Code::image_damaged) << i;
  }
}

TEST(HostileImage, RefusesTooSmallAndTooLargeFromTheHeader) {
  struct Case {
    uint32_t width;
    uint32_t height;
    Code code;
  };
  const Case cases[] = {
      {1, 1, Code::image_too_small},           {7, 100, Code::image_too_small},
      {100, 7, Code::image_too_small},         {0, 0, Code::image_too_small},
      {20000, 20000, Code::image_too_large},   {40001, 8000, Code::image_too_large},
      {0x80000000u, 8, Code::image_too_large}, {0xFFFFFFFFu, 0xFFFFFFFFu, Code::image_too_large},
      {65536, 8, Code::image_too_large},       {40000, 8000, Code::image_truncated},  // passes, then has no pixels
  };
  for (const Case& one : cases) {
    const FileBytes png = png_start(one.width, one.height);
    EXPECT_EQ(decode_code(png), one.code) << one.width << "x" << one.height;
  }
  const FileBytes large = png_start(20000, 20000);
  EXPECT_LT(peak_growth_mib([&] { decode_code(large); }), 1.0);
  EXPECT_LT(processor_milliseconds(10.0, [&] { decode_code(large); }), 10.0);
  EXPECT_NE(message_of([&] { decode_image(large, "big.png"); }).find("20000x20000"), std::string::npos);
}

TEST(HostileImage, RefusesLargeJpegAndWebpFromTheHeader) {
  // SOI, SOF0 with 65500x65500; VP8X with a canvas of 20000x20000.
  const FileBytes jpeg = bytes_of(std::string_view("\xFF\xD8\xFF\xC0\x00\x11\x08\xFF\xDC\xFF\xDC\x03", 12));
  EXPECT_EQ(decode_code(jpeg), Code::image_too_large);
  const FileBytes webp = bytes_of(std::string_view("RIFF\x16\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0\x1F\x4E\0\x1F\x4E\0", 30));
  EXPECT_EQ(decode_code(webp), Code::image_too_large);
}

TEST(HostileImage, RefusesFilesThatGiveTwoSizes) {
  FileBytes jpeg = save_jpeg(vips_image(gradient(64, 48)).get());
  // A second frame header of 8x8 before the true one: some decoders believe the first, some the last.
  const FileBytes frame = bytes_of(std::string_view("\xFF\xC0\x00\x0B\x08\x00\x08\x00\x08\x01\x01\x11\x00", 13));
  jpeg.insert(jpeg.begin() + 2, frame.begin(), frame.end());
  EXPECT_EQ(decode_code(jpeg), Code::image_damaged);
}

TEST(HostileImage, SpendsLittleOnTheSizeOfCutFiles) {
  // Sizes within the limits, of which nothing follows: no row is made, and no memory touched for one.
  FileBytes progressive = save_jpeg(vips_image(gradient(64, 48)).get(), true);
  FileBytes baseline = save_jpeg(vips_image(gradient(64, 48)).get(), false);
  for (FileBytes* jpeg : {&progressive, &baseline}) {
    const std::string_view text(reinterpret_cast<const char*>(jpeg->data()), jpeg->size());
    const size_t frame = text.find(jpeg == &progressive ? "\xFF\xC2" : "\xFF\xC0");
    ASSERT_NE(frame, std::string_view::npos);
    (*jpeg)[frame + 5] = std::byte{0x20};  // 16384x8192, all but 48 and 64 of it
    (*jpeg)[frame + 7] = std::byte{0x40};
    Code code = Code::internal;
    EXPECT_LT(peak_growth_mib([&] { code = decode_code(*jpeg); }), 16.0);
    EXPECT_EQ(code, Code::image_truncated);
  }
}

TEST(HostileImage, RefusesWhatWouldBeHeldWholeAndIsTooLarge) {
  // A progressive JPEG of 20000x15000 without subsampling: 1.7 GiB of coefficients. Only its header is read.
  FileBytes jpeg = save_jpeg(vips_image(gradient(64, 48)).get(), true);
  const std::string_view text(reinterpret_cast<const char*>(jpeg.data()), jpeg.size());
  const size_t frame = text.find("\xFF\xC2");
  const FileBytes size = bytes_of("\x3A\x98\x4E\x20");
  std::copy(size.begin(), size.end(), jpeg.begin() + static_cast<std::ptrdiff_t>(frame) + 5);
  EXPECT_EQ(decode_code(jpeg), Code::image_too_large);
  EXPECT_NE(message_of([&] { decode_image(jpeg, "a.jpg"); }).find("progressive"), std::string::npos);

  FileBytes png;
  for (const uint8_t value : kPngSignature) png.push_back(std::byte{value});
  FileBytes header = big_endian(20000);
  append(header, big_endian(15000));
  append(header, {std::byte{16}, std::byte{6}, std::byte{0}, std::byte{0}, std::byte{1}});
  append_png_chunk(png, "IHDR", header);
  append_png_chunk(png, "IDAT", compressed(100, 0));
  append_png_chunk(png, "IEND", {});
  EXPECT_EQ(decode_code(png), Code::image_too_large);
  EXPECT_NE(message_of([&] { decode_image(png, "a.png"); }).find("interlaced"), std::string::npos);
}

TEST(HostileImage, SpendsLittleMemoryOnCompressedTextBombs) {
  // 100 chunks that libpng would each expand to 7.9 MB: 790 MB out of 800 kB.
  const FileBytes letters = compressed(7'900'000, 'a');
  FileBytes text = bytes_of(std::string_view("Comment\0\0", 9));
  append(text, letters);
  FileBytes chunks;
  for (int i = 0; i < 100; ++i) append_png_chunk(chunks, "zTXt", text);
  const FileBytes png = png_with(chunks);
  const double growth = peak_growth_mib([&] { EXPECT_EQ(decode_image(png, "a.png").image.width, 32); });
  EXPECT_LT(growth, 16.0);
}

TEST(HostileImage, SpendsLittleMemoryOnProfileBombs) {
  // Profiles that claim and expand to 60 MB.
  FileBytes profile = bytes_of(std::string_view("icc\0\0", 5));
  append(profile, compressed(60'000'000, 0));
  FileBytes chunks;
  for (int i = 0; i < 20; ++i) append_png_chunk(chunks, "iCCP", profile);
  const FileBytes png = png_with(chunks);
  const double growth = peak_growth_mib([&] { EXPECT_EQ(decode_image(png, "a.png").image.width, 32); });
  EXPECT_LT(growth, 32.0);
}

TEST(HostileImage, DecodesLargeFlatPicturesWithinFourTimesTheirPixels) {
  const Image image = flat(4000, 4000, 120, 130, 140);
  const double mib = 4000.0 * 4000 * 3 / (1 << 20);
  const FileBytes files[] = {save_png(vips_image(image).get()), save_jpeg(vips_image(image).get(), true),
                             save_webp(vips_image(image).get())};
  for (const FileBytes& file : files) {
    EXPECT_LT(file.size(), 400'000u);
    std::string format;
    const double growth = peak_growth_mib([&] { format = decode_image(file, "a").format; });
    EXPECT_LT(growth, 4.0 * mib) << format;
  }
}

TEST(HostileImage, RefusesJpegsWithThousandsOfScans) {
  const FileBytes jpeg = save_jpeg(vips_image(gradient(512, 512)).get(), true);
  const std::string_view text(reinterpret_cast<const char*>(jpeg.data()), jpeg.size());
  const size_t last_scan = text.rfind("\xFF\xDA");
  ASSERT_NE(last_scan, std::string_view::npos);
  FileBytes bomb(jpeg.begin(), jpeg.end() - 2);
  for (int i = 0; i < 3000; ++i) {
    bomb.insert(bomb.end(), jpeg.begin() + static_cast<std::ptrdiff_t>(last_scan), jpeg.end() - 2);
    if (bomb.size() > (size_t{60} << 20)) break;
  }
  append(bomb, {std::byte{0xFF}, std::byte{0xD9}});
  Code code = Code::internal;
  EXPECT_LT(processor_milliseconds(3000.0, [&] { code = decode_code(bomb); }), 3000.0);
  EXPECT_EQ(code, Code::image_damaged);
}

TEST(HostileImage, SpendsLittleOnFillBytesBehindStrayOnes) {
  // Any number of FF may stand before a marker. libjpeg counts the stray byte before them once it has read them all.
  const FileBytes jpeg = plain_jpeg(vips_image(gradient(64, 48)).get());
  std::string fill(size_t{16} << 20, '\xFF');
  fill[0] = '\0';
  const auto path = std::filesystem::path(testing::TempDir()) / "filled.jpg";
  const FileBytes file = with_bytes_at(jpeg, view_of(jpeg).find("\xFF\xDA"), fill);
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(file.data()), std::ssize(file));
  DecodedImage decoded;
  EXPECT_LT(processor_milliseconds(2000.0, [&] { decoded = decode_image_file(path); }), 2000.0);
  EXPECT_EQ(decoded.image.pixels, decode_image(jpeg, "a.jpg").image.pixels);
  ASSERT_EQ(decoded.notes.size(), 1u);  // zeros are padding
  EXPECT_TRUE(decoded.notes[0].starts_with("the file has a fault that does not touch the pixels")) << decoded.notes[0];
  std::filesystem::remove(path);
}

TEST(HostileImage, PrintsNothingAndKeepsNoOldErrors) {
  FileBytes damaged = encode_png(gradient(48, 40));
  damaged[60] ^= std::byte{0xFF};
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  const std::string first = message_of([&] { decode_image(damaged, "a.png"); });
  const std::string second = message_of([&] { decode_image(damaged, "a.png"); });
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(first, second);
  EXPECT_EQ(first.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace redraw
