// Files with faults: whose pixels are all there, and whose are not.
#include <fstream>
#include <iterator>

#include "image/decode/decode.h"
#include "image/decode/picture_files_test_support.h"

namespace redraw {
namespace {

using Notes = std::vector<std::string>;

std::string fault(const std::string& text) {
  return "the file has a fault that does not touch the pixels (" + text + ")";
}

std::string doubt(const std::string& text) {
  return "the file has bytes that belong to no part of it; see whether the picture is right (" + text + ")";
}

FileBytes jpeg_of(bool is_progressive = false) {
  return plain_jpeg(vips_image(gradient(64, 48)).get(), is_progressive);
}

size_t first_scan(const FileBytes& jpeg) {
  return view_of(jpeg).find("\xFF\xDA");
}

// Where the bytes of the first scan begin.
size_t first_scan_data(const FileBytes& jpeg) {
  const size_t scan = first_scan(jpeg);
  return scan + 2 + std::to_integer<size_t>(jpeg[scan + 3]);
}

void expect_whole(const FileBytes& file, const FileBytes& sound, const Notes& notes) {
  const DecodedImage decoded = decode_image(file, "a");
  EXPECT_EQ(decoded.image.pixels, decode_image(sound, "a").image.pixels) << testing::PrintToString(notes);
  EXPECT_EQ(decoded.notes, notes);
}

void expect_refused(const FileBytes& file, const std::string& what) {
  const Code code = code_of([&] { decode_image(file, "a"); });
  EXPECT_TRUE(code == Code::image_damaged || code == Code::image_truncated) << what;
}

TEST(DecodeFaults, OfAJpegsScanParametersAreNotes) {
  const FileBytes sound = jpeg_of();
  const size_t last = first_scan_data(sound) - 1;  // Ss, Se, AhAl end here
  for (size_t i = 0; i < 3; ++i) {
    FileBytes odd = sound;
    odd[last - i] = std::byte{2};
    expect_whole(odd, sound, {fault("Invalid SOS parameters for sequential JPEG")});
  }
}

TEST(DecodeFaults, OfAJpegsMarkersAreNotes) {
  const FileBytes sound = jpeg_of();
  const std::string jfif("JFIF\0\x07\x01\0\0\x01\0\x01\0\0", 14);
  const std::string adobe("Adobe\0\x64\0\0\0\0\x07", 12);
  expect_whole(with_segment(sound, 0xE0, jfif), sound, {fault("Warning: unknown JFIF revision number 7.01")});
  expect_whole(with_segment(sound, 0xEE, adobe), sound, {fault("Unknown Adobe color transform code 7")});
  expect_whole(with_bytes_at(sound, 2, std::string_view("\xFF\xEB\0\0", 4)), sound, {});  // a segment of no length
}

TEST(DecodeFaults, OfBytesBetweenTheSegmentsOfAJpegAreNotes) {
  const FileBytes sound = jpeg_of();
  const size_t scan = first_scan(sound);
  expect_whole(with_bytes_at(sound, scan, std::string_view("\0\0\0", 3)), sound,
               {fault("Corrupt JPEG data: 3 extraneous bytes before marker 0xda")});
  expect_whole(with_bytes_at(sound, scan, "junk"), sound,
               {doubt("Corrupt JPEG data: 4 extraneous bytes before marker 0xda")});
  expect_whole(with_bytes_at(sound, scan, "\xFF\xFF\xFF"), sound, {});  // what the standard has for padding
}

TEST(DecodeFaults, OfBytesBeforeTheEndOfAJpegAreNotes) {
  const FileBytes sound = jpeg_of();
  const std::string zeros(20, '\0');
  // libjpeg looks ahead by some bytes and does not count those.
  const DecodedImage padded = decode_image(with_bytes_at(sound, sound.size() - 2, zeros), "a");
  ASSERT_EQ(padded.notes.size(), 1u);
  EXPECT_TRUE(padded.notes[0].starts_with("the file has a fault that does not touch")) << padded.notes[0];
  const DecodedImage junk = decode_image(with_bytes_at(sound, sound.size() - 2, "a program wrote here"), "a");
  EXPECT_EQ(junk.image.pixels, decode_image(sound, "a").image.pixels);
  ASSERT_EQ(junk.notes.size(), 1u);
  EXPECT_TRUE(junk.notes[0].starts_with("the file has bytes that belong to no part of it")) << junk.notes[0];
}

TEST(DecodeFaults, DoNotHideMissingPixelsOfAJpeg) {
  FileBytes odd = jpeg_of();
  odd[first_scan_data(odd) - 2] = std::byte{0};  // a fault without harm, and then one that is none
  odd.erase(odd.end() - 100, odd.end() - 2);
  expect_refused(odd, "pixels missing behind odd scan parameters");
  const FileBytes padded = with_bytes_at(jpeg_of(), first_scan(jpeg_of()), std::string_view("\0\0", 2));
  FileBytes cut(padded.begin(), padded.end() - 100);
  expect_refused(cut, "cut behind padding");
}

TEST(DecodeFaults, OfAJpegWithoutItsEndAreNotesWhenAllIsThere) {
  for (const bool is_progressive : {false, true}) {
    const FileBytes sound = jpeg_of(is_progressive);
    for (const int missing : {1, 2}) {
      expect_whole(FileBytes(sound.begin(), sound.end() - missing), sound, {fault("no end marker")});
    }
  }
}

TEST(DecodeFaults, OfAProgressiveJpegThatLacksScansAreRefused) {
  const FileBytes sound = jpeg_of(true);
  size_t scans = 0;
  for (size_t at = view_of(sound).find("\xFF\xDA"); at != std::string_view::npos;
       at = view_of(sound).find("\xFF\xDA", at + 2)) {
    if (scans++ > 0) {  // ends where a scan's header begins, nothing of what came before being cut
      expect_refused(FileBytes(sound.begin(), sound.begin() + static_cast<std::ptrdiff_t>(at)), std::to_string(scans));
    }
  }
  EXPECT_GT(scans, 5u);
}

TEST(DecodeFaults, OfAJpegThatLacksAComponentAreRefused) {
  // A frame of three components of which one scan alone comes, with that of the first: libjpeg paints the rest grey.
  const auto grey = vips_image(std::vector<uint8_t>(64 * 48, 90), 64, 48, 1, VIPS_INTERPRETATION_B_W);
  FileBytes jpeg = plain_jpeg(grey.get());
  const size_t frame = view_of(jpeg).find("\xFF\xC0");
  jpeg[frame + 3] = std::byte{17};
  jpeg[frame + 9] = std::byte{3};
  jpeg = with_bytes_at(jpeg, frame + 13, std::string_view("\x02\x11\0\x03\x11\0", 6));
  expect_refused(jpeg, "two components of three");
}

TEST(DecodeFaults, OfBytesAmongTheScansOfAJpegAreRefused) {
  const FileBytes sound = jpeg_of(true);
  const size_t second = view_of(sound).find("\xFF\xC4", first_scan(sound));
  ASSERT_NE(second, std::string_view::npos);
  expect_refused(with_bytes_at(sound, second, "pixels that were not understood"), "between scans");
  const DecodedImage padded = decode_image(with_bytes_at(sound, second, std::string(20, '\0')), "a");
  EXPECT_EQ(padded.image.pixels, decode_image(sound, "a").image.pixels);
}

// Grey: each scan is of coefficients of its own, and most are preceded by their Huffman table.
FileBytes progressive_grey() {
  std::vector<uint8_t> grey(64 * 48);
  for (size_t i = 0; i < grey.size(); ++i) grey[i] = static_cast<uint8_t>(i * 7 % 256);
  return plain_jpeg(vips_image(grey, 64, 48, 1, VIPS_INTERPRETATION_B_W).get(), true);
}

std::vector<size_t> places_of(const FileBytes& file, std::string_view text) {
  std::vector<size_t> places;
  for (size_t at = view_of(file).find(text); at != std::string_view::npos; at = view_of(file).find(text, at + 2)) {
    places.push_back(at);
  }
  return places;
}

TEST(DecodeFaults, OfAJpegsHigherScansBeforeTheFirstAreNotes) {
  const FileBytes sound = progressive_grey();
  const std::vector<size_t> tables = places_of(sound, "\xFF\xC4");
  ASSERT_GE(tables.size(), 3u);
  const auto part = [&](size_t from, size_t to) { return std::string(view_of(sound).substr(from, to - from)); };
  const std::string turned =
      part(0, tables[0]) + part(tables[1], tables[2]) + part(tables[0], tables[1]) + part(tables[2], sound.size());
  expect_whole(bytes_of(turned), sound, {fault("Inconsistent progression sequence for component 0 coefficient 0")});
}

TEST(DecodeFaults, OfAJpegThatLacksAScanAmongOthersAreRefused) {
  const FileBytes sound = progressive_grey();
  const std::vector<size_t> tables = places_of(sound, "\xFF\xC4");
  ASSERT_GE(tables.size(), 5u);
  const size_t next = view_of(sound).find("\xFF\xDA", view_of(sound).find("\xFF\xDA", tables[3]) + 2);
  FileBytes jpeg = sound;  // without the first refinement of the higher coefficients
  jpeg.erase(jpeg.begin() + static_cast<std::ptrdiff_t>(tables[3]), jpeg.begin() + static_cast<std::ptrdiff_t>(next));
  expect_refused(jpeg, "bits of coefficients");
}

TEST(DecodeFaults, OfAJpegWhoseBitsComeTwiceAreRefused) {
  const FileBytes sound = progressive_grey();
  for (const size_t scan : places_of(sound, "\xFF\xDA")) {
    constexpr size_t kParameters = 7;  // Ss, Se, Ah and Al of a scan of one component
    if (view_of(sound).substr(scan + kParameters, 3) != std::string_view("\0\0\x10", 3)) continue;
    const size_t next = view_of(sound).find("\xFF\xC4", scan);
    expect_refused(with_bytes_at(sound, next, view_of(sound).substr(scan, next - scan)), "the last bits of the means");
    return;
  }
  ADD_FAILURE() << "no such scan";
}

TEST(DecodeFaults, AgreeWithLibvipsOnSoundJpegs) {
  for (const char* name : {"baseline.jpg", "progressive.jpg", "turned.jpg"}) {
    const std::string path = std::string(REDRAW_SOURCE_DIR) + "/tests/fuzz/image/" + name;
    std::ifstream file(path, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(file)), {});
    // Without EXIF, so that neither turns it.
    if (const size_t exif = text.find("Exif"); exif != std::string::npos) text[exif] = 'X';
    VipsImage* loaded = nullptr;
    ASSERT_EQ(vips_jpegload_buffer(text.data(), text.size(), &loaded, nullptr), 0) << path;
    const VipsImagePtr holder(loaded);
    size_t bytes = 0;
    const GlibPtr<uint8_t> pixels(static_cast<uint8_t*>(vips_image_write_to_memory(loaded, &bytes)));
    const DecodedImage decoded = decode_image(bytes_of(text), name);
    EXPECT_EQ(decoded.image.pixels, std::vector<uint8_t>(pixels.get(), pixels.get() + bytes)) << name;
  }
}

FileBytes png_of() {
  return encode_png(gradient(64, 48));
}

FileBytes with_bad_checksum(FileBytes png, std::string_view type) {
  const size_t at = view_of(png).find(type);
  const size_t length = std::to_integer<size_t>(png[at - 1]) + std::to_integer<size_t>(png[at - 2]) * 256;
  png[at + 4 + length] ^= std::byte{1};
  return png;
}

Notes passed_over(const std::string& parts) {
  return {"damaged or misplaced parts of the file passed over (" + parts + ")"};
}

TEST(DecodeFaults, OfThePartsOfAPngBesideItsPixelsAreNotes) {
  const FileBytes sound = png_of();
  for (const std::string type : {"gAMA", "cHRM", "sRGB", "eXIf", "cICP", "tRNS"}) {
    expect_whole(with_bad_checksum(with_chunk(sound, type, "abcd"), type), sound, passed_over(type));
  }
  expect_whole(with_bad_checksum(with_chunk(sound, "iCCP", "abcd"), "iCCP"), sound,
               {"embedded colour profile not usable, taken as sRGB"});
  expect_whole(with_chunk(sound, "iCCP", "no end of its name"), sound,
               {"embedded colour profile not usable, taken as sRGB"});
  expect_whole(with_chunk(sound, "tRNS", "too long for a colour"), sound, passed_over("tRNS"));
  expect_whole(with_bad_checksum(with_chunk(sound, "tEXt", "abcd"), "tEXt"), sound, {});  // not looked at
  expect_whole(with_chunk(sound, "a!b?", "abcd"), sound, {});
}

TEST(DecodeFaults, OfTheOrderOfAPngsPartsAreNotes) {
  const FileBytes sound = png_of();
  FileBytes late(sound.begin(), sound.end() - 12);
  append_png_chunk(late, "gAMA", bytes_of(std::string_view("\0\0\xB1\x8F", 4)));
  append_png_chunk(late, "IEND", {});
  expect_whole(late, sound, passed_over("gAMA"));

  const size_t pixels = view_of(sound).find("IDAT") - 4;
  const size_t bytes = sound.size() - pixels - 24;
  const auto part = [&](size_t from, size_t count) { return bytes_of(view_of(sound).substr(from, count)); };
  FileBytes divided = part(0, pixels);
  append_png_chunk(divided, "IDAT", part(pixels + 8, bytes / 2));
  append_png_chunk(divided, "tEXt", bytes_of("between"));
  append_png_chunk(divided, "IDAT", part(pixels + 8 + bytes / 2, bytes - bytes / 2));
  append_png_chunk(divided, "IEND", {});
  expect_whole(divided, sound, {fault("a chunk between those of the pixels")});

  Image colours = flat(16, 16, 10, 200, 30);
  const auto picture = vips_image(colours);
  const FileBytes palette = save([&](void** data, size_t* count) {
    return vips_pngsave_buffer(picture.get(), data, count, "palette", TRUE, nullptr);
  });
  const size_t table = view_of(palette).find("PLTE") - 4;
  const size_t table_bytes = 12 + std::to_integer<size_t>(palette[table + 3]);
  FileBytes turned(palette.begin(), palette.end() - 12);
  turned.erase(turned.begin() + static_cast<std::ptrdiff_t>(table),
               turned.begin() + static_cast<std::ptrdiff_t>(table + table_bytes));
  const FileBytes moved = bytes_of(view_of(palette).substr(table, table_bytes));
  turned.insert(turned.end(), moved.begin(), moved.end());
  append_png_chunk(turned, "IEND", {});
  expect_whole(turned, palette, {fault("PLTE after the pixels")});
}

TEST(DecodeFaults, BehindThePixelsOfAPngAreNotes) {
  const FileBytes sound = png_of();
  for (const std::ptrdiff_t missing : {1, 4, 8, 9, 11, 12}) {
    const DecodedImage decoded = decode_image(FileBytes(sound.begin(), sound.end() - missing), "a");
    EXPECT_EQ(decoded.image.pixels, gradient(64, 48).pixels) << missing;
    const bool is_named = missing <= 4;  // its checksum alone is cut
    EXPECT_EQ(decoded.notes, is_named ? Notes{} : Notes{fault("no end, IEND")}) << missing;
  }
  FileBytes garbage(sound.begin(), sound.end() - 12);
  garbage.insert(garbage.end(), 40, std::byte{0x55});
  expect_whole(garbage, sound, {fault("no end, IEND")});
  FileBytes more(sound.begin(), sound.end() - 12);
  append_png_chunk(more, "IDAT", bytes_of("more than the picture has"));
  append_png_chunk(more, "IEND", {});
  EXPECT_EQ(decode_image(more, "a").image.pixels, gradient(64, 48).pixels);
}

TEST(DecodeFaults, OfAPngsPixelsAreRefused) {
  const FileBytes sound = png_of();
  const size_t pixels = view_of(sound).find("IDAT") - 4;
  const size_t bytes = sound.size() - pixels - 24;
  FileBytes half(sound.begin(), sound.begin() + static_cast<std::ptrdiff_t>(pixels));
  append_png_chunk(half, "IDAT", bytes_of(view_of(sound).substr(pixels + 8, bytes / 2)));
  expect_refused(half, "half of the pixels");
  append_png_chunk(half, "IEND", {});
  expect_refused(half, "half of the pixels, closed");
  expect_refused(with_bad_checksum(sound, "IDAT"), "checksum of the pixels");
  expect_refused(with_bad_checksum(sound, "IHDR"), "checksum of the header");
  expect_refused(with_chunk(sound, "CgBI", "abcd"), "pixels of another kind");
}

FileBytes webp_of() {
  return plain_webp(vips_image(gradient(64, 48)).get());
}

void set_u32_le(FileBytes& file, size_t offset, size_t value) {
  for (size_t i = 0; i < 4; ++i) file[offset + i] = static_cast<std::byte>(value >> (8 * i));
}

TEST(DecodeFaults, OfTheLengthOfAWebpAreNotes) {
  const FileBytes sound = webp_of();
  const std::string is = " bytes, the file has " + std::to_string(sound.size());
  for (const size_t said : {size_t{4}, sound.size(), sound.size() + 1000}) {
    FileBytes odd = sound;
    set_u32_le(odd, 4, said);
    expect_whole(odd, sound, {fault("its header says " + std::to_string(said + 8) + is)});
  }
}

TEST(DecodeFaults, OfThePartsOfAWebpBesideItsPixelsAreNotes) {
  const FileBytes sound = webp_of();
  const FileBytes exif = with_webp_chunk(sound, "EXIF", "this is no EXIF", 64, 48);
  expect_whole(exif, sound, {});
  expect_whole(with_webp_chunk(sound, "ABCD", "unknown", 64, 48), sound, {});
  FileBytes cut(exif.begin(), exif.end() - 4);
  expect_whole(
      cut, sound,
      {fault("its header says " + std::to_string(exif.size()) + " bytes, the file has " + std::to_string(cut.size())),
       "damaged or misplaced parts of the file passed over (EXIF)"});
  FileBytes too_long = exif;
  set_u32_le(too_long, view_of(exif).find("EXIF") + 4, 0xFFFFFFF0u);
  expect_whole(too_long, sound, passed_over("EXIF"));
  expect_whole(with_webp_chunk(sound, "ICCP", "no profile", 64, 48), sound,
               {"embedded colour profile not usable, taken as sRGB"});
}

TEST(DecodeFaults, OfBytesLostAmongTheLossyPixelsOfAWebpAreRefused) {
  const FileBytes lossy = plain_webp(vips_image(gradient(64, 48)).get(), false);
  const FileBytes sound = with_webp_chunk(lossy, "EXIF", std::string(64, 'x'), 64, 48);
  ASSERT_EQ(decode_image(sound, "a").notes, Notes{});
  for (const std::ptrdiff_t count : {1, 2, 3, 5, 8}) {
    FileBytes lost = sound;
    lost.erase(lost.begin() + 200, lost.begin() + 200 + count);
    expect_refused(lost, std::to_string(count));
    set_u32_le(lost, 4, lost.size() - 8);
    if (count != 8) expect_refused(lost, std::to_string(count) + ", length adjusted");
  }
}

}  // namespace
}  // namespace redraw
