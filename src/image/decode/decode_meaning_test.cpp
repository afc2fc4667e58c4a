// What a picture file says beside its pixels: how it was held, what its colours mean.
#include <zlib.h>

#include "image/decode/decode.h"
#include "image/decode/orientation.h"
#include "image/decode/orientation_tag.h"
#include "image/decode/picture_files_test_support.h"
#include "image/start_pictures.h"

namespace redraw {
namespace {

using Notes = std::vector<std::string>;

std::string exif_of(int orientation, bool is_little_endian = true) {
  const char value = static_cast<char>(orientation);
  if (is_little_endian) {
    return std::string("II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", 18) + value + std::string(7, '\0');
  }
  return std::string("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", 19) + value + std::string(6, '\0');
}

enum class XmpForm { element, attribute, other_prefix };

std::string xmp_of(int orientation, XmpForm form = XmpForm::element) {
  const std::string value = std::to_string(orientation);
  const std::string prefix = form == XmpForm::other_prefix ? "t" : "tiff";
  std::string description = "<rdf:Description xmlns:" + prefix + "=\"http://ns.adobe.com/tiff/1.0/\"";
  if (form == XmpForm::element) {
    description += "><tiff:Orientation> " + value + " </tiff:Orientation></rdf:Description>";
  } else {
    description += " " + prefix + ":Orientation='" + value + "'/>";
  }
  return "<?xpacket begin='\xEF\xBB\xBF' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>"
         "<!-- tiff:Orientation=\"3\" --><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>" +
         description + "</rdf:RDF></x:xmpmeta>   <?xpacket end='w'?>";
}

std::string raw_profile(const std::string& name, const std::string& bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = "\n" + name + "\n" + std::string(6, ' ') + std::to_string(bytes.size()) + "\n";
  for (size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15u];
    if (i % 36 == 35) text += '\n';
  }
  return text + "\n";
}

std::string zlib_of(const std::string& text) {
  uLongf bytes = compressBound(text.size());
  std::string out(bytes, '\0');
  compress2(reinterpret_cast<Bytef*>(out.data()), &bytes, reinterpret_cast<const Bytef*>(text.data()), text.size(), 9);
  out.resize(bytes);
  return out;
}

std::string nul(size_t count) {
  return std::string(count, '\0');
}

std::string itxt(const std::string& keyword, const std::string& text) {
  return keyword + nul(5) + text;
}

std::string ztxt(const std::string& keyword, const std::string& text) {
  return keyword + nul(2) + zlib_of(text);
}

std::string compressed_itxt(const std::string& keyword, const std::string& text) {
  return keyword + nul(1) + "\x01" + nul(3) + zlib_of(text);
}

// 24x16, red left of green; of a file whose camera was turned by 90 degrees.
Image stored_picture() {
  return gradient(24, 16);
}

void expect_turned(const FileBytes& file, const std::string& source, int orientation = 6) {
  const DecodedImage decoded = decode_image(file, "a");
  EXPECT_GT(psnr(decoded.image, turn_upright(stored_picture(), orientation)), kJpegPsnr) << source;
  EXPECT_EQ(decoded.notes, Notes{"turned upright (" + source + ")"});
  EXPECT_EQ(decoded.original_width, 24);
}

TEST(DecodeOrientation, IsReadFromTheXmpOfEveryFormat) {
  const FileBytes png = encode_png(stored_picture());
  const FileBytes jpeg = plain_jpeg(vips_image(stored_picture()).get());
  const FileBytes webp = plain_webp(vips_image(stored_picture()).get());
  for (const XmpForm form : {XmpForm::element, XmpForm::attribute, XmpForm::other_prefix}) {
    const std::string xmp = xmp_of(6, form);
    expect_turned(with_chunk(png, "iTXt", itxt("XML:com.adobe.xmp", xmp)), "XMP orientation 6");
    expect_turned(with_chunk(png, "iTXt", compressed_itxt("XML:com.adobe.xmp", xmp)), "XMP orientation 6");
    expect_turned(with_segment(jpeg, 0xE1, "http://ns.adobe.com/xap/1.0/" + nul(1) + xmp), "XMP orientation 6");
    expect_turned(with_webp_chunk(webp, "XMP ", xmp, 24, 16), "XMP orientation 6");
  }
}

TEST(DecodeOrientation, IsReadFromTheExifOfEveryFormat) {
  const FileBytes png = encode_png(stored_picture());
  const FileBytes jpeg = plain_jpeg(vips_image(stored_picture()).get());
  const FileBytes webp = plain_webp(vips_image(stored_picture()).get());
  for (const bool is_little_endian : {true, false}) {
    const std::string exif = exif_of(8, is_little_endian);
    const std::string marked = "Exif" + nul(2) + exif;
    expect_turned(with_chunk(png, "eXIf", exif), "EXIF orientation 8", 8);
    expect_turned(with_segment(jpeg, 0xE1, marked), "EXIF orientation 8", 8);
    expect_turned(with_webp_chunk(webp, "EXIF", exif, 24, 16), "EXIF orientation 8", 8);
    expect_turned(with_webp_chunk(webp, "EXIF", marked, 24, 16), "EXIF orientation 8", 8);
  }
}

TEST(DecodeOrientation, IsReadFromRawProfilesInPngTexts) {
  const FileBytes png = encode_png(stored_picture());
  const std::string exif = "Exif" + nul(2) + exif_of(6);
  const std::string in_exif = "EXIF orientation 6 in the text 'Raw profile type exif'";
  const std::string in_app1 = "EXIF orientation 6 in the text 'Raw profile type APP1'";
  const std::string text = raw_profile("exif", exif);
  expect_turned(with_chunk(png, "zTXt", ztxt("Raw profile type exif", text)), in_exif);
  expect_turned(with_chunk(png, "tEXt", "Raw profile type exif" + nul(1) + text), in_exif);
  expect_turned(with_chunk(png, "iTXt", itxt("Raw profile type exif", text)), in_exif);
  expect_turned(with_chunk(png, "zTXt", ztxt("Raw profile type APP1", raw_profile("generic profile", exif))), in_app1);
  const std::string app1_xmp = "http://ns.adobe.com/xap/1.0/" + nul(1) + xmp_of(6);
  expect_turned(with_chunk(png, "zTXt", ztxt("Raw profile type APP1", raw_profile("app1", app1_xmp))),
                "XMP orientation 6 in the text 'Raw profile type APP1'");
  expect_turned(with_chunk(png, "zTXt", ztxt("Raw profile type xmp", raw_profile("xmp", xmp_of(6)))),
                "XMP orientation 6 in the text 'Raw profile type xmp'");
}

TEST(DecodeOrientation, OfExifGoesBeforeThatOfXmp) {
  const std::string xmp = xmp_of(6);
  FileBytes png = with_chunk(encode_png(stored_picture()), "eXIf", exif_of(1));
  png = with_chunk(png, "iTXt", itxt("XML:com.adobe.xmp", xmp));
  EXPECT_EQ(decode_image(png, "a").notes, Notes{});
  FileBytes jpeg = with_segment(plain_jpeg(vips_image(stored_picture()).get()), 0xE1, "Exif" + nul(2) + exif_of(3));
  jpeg = with_segment(jpeg, 0xE1, "http://ns.adobe.com/xap/1.0/" + nul(1) + xmp);
  expect_turned(jpeg, "EXIF orientation 3", 3);
}

TEST(DecodeOrientation, OutOfRangeIsPassedOverAndSaid) {
  const FileBytes png = encode_png(stored_picture());
  for (const int orientation : {0, 9}) {
    const std::string number = std::to_string(orientation);
    const DecodedImage exif = decode_image(with_chunk(png, "eXIf", exif_of(orientation)), "a");
    EXPECT_EQ(exif.image.pixels, stored_picture().pixels);
    EXPECT_EQ(exif.notes, Notes{"EXIF orientation " + number + " passed over: it is not one of 1 to 8"});
    const std::string text = itxt("XML:com.adobe.xmp", xmp_of(orientation));
    EXPECT_EQ(decode_image(with_chunk(png, "iTXt", text), "a").notes,
              Notes{"XMP orientation " + number + " passed over: it is not one of 1 to 8"});
  }
}

TEST(DecodeOrientation, BehindThePixelsOfAPngIsReadFromTextsAlone) {
  FileBytes png = encode_png(stored_picture());
  FileBytes exif(png.begin(), png.end() - 12);
  append_png_chunk(exif, "eXIf", bytes_of(exif_of(6)));
  append_png_chunk(exif, "IEND", {});
  EXPECT_EQ(decode_image(exif, "a").notes, Notes{});
  FileBytes xmp(png.begin(), png.end() - 12);
  append_png_chunk(xmp, "iTXt", bytes_of(itxt("XML:com.adobe.xmp", xmp_of(6))));
  append_png_chunk(xmp, "IEND", {});
  expect_turned(xmp, "XMP orientation 6");
}

TEST(DecodeOrientation, OfTextsThatAreDamagedOrTooLongIsNotRead) {
  const FileBytes png = encode_png(stored_picture());
  const std::string long_text = ztxt("Raw profile type exif", std::string(9'000'000, ' '));
  const DecodedImage decoded = decode_image(with_chunk(png, "zTXt", long_text), "a");
  EXPECT_EQ(decoded.image.pixels, stored_picture().pixels);
  EXPECT_EQ(decoded.notes, Notes{"damaged or misplaced parts of the file passed over (zTXt)"});
  const std::string broken[] = {"<x",
                                "",
                                "<a tiff:Orientation='six'/>",
                                "<!DOCTYPE a><a tiff:Orientation='6'/>",
                                "<a><tiff:Orientation></tiff:Orientation></a>",
                                "<a Orientation='6'/>"};
  for (const std::string& xmp : broken) {
    EXPECT_EQ(decode_image(with_chunk(png, "iTXt", itxt("XML:com.adobe.xmp", xmp)), "a").notes, Notes{}) << xmp;
  }
}

TEST(ExifOrientation, IsNothingInDamagedBlocks) {
  const std::string whole = exif_of(6);
  for (size_t length = 0; length < whole.size() - 4; ++length) {  // 4: the place of the next directory
    EXPECT_EQ(exif_orientation(bytes_of(whole.substr(0, length))), std::nullopt) << length;
  }
  EXPECT_EQ(exif_orientation(bytes_of(whole)), 6);
  std::string far = whole;
  far[4] = '\xFF';
  far[7] = '\xFF';
  EXPECT_EQ(exif_orientation(bytes_of(far)), std::nullopt);
}

// A profile that libvips has within it, its header's fields overwritten.
std::string profile_with(const char* name, size_t offset, std::string_view field) {
  start_pictures();
  VipsBlob* blob = nullptr;
  if (vips_profile_load(name, &blob, nullptr) != 0) return "";
  size_t bytes = 0;
  const auto* data = static_cast<const char*>(vips_blob_get(blob, &bytes));
  std::string profile(data, bytes);
  vips_area_unref(VIPS_AREA(blob));
  return profile.replace(offset, field.size(), field);
}

// Of greys, with gamma 2.2, as programs embed it for pictures without colours.
std::string grey_profile() {
  const auto u32 = [](uint32_t value) {
    return std::string{static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
                       static_cast<char>(value)};
  };
  const std::string white = u32(0xF6D6) + u32(0x10000) + u32(0xD32D);
  const std::string data = "XYZ " + nul(4) + white + "curv" + nul(4) + u32(1) + "\x02\x33" + nul(2);
  const std::string table = u32(2) + "wtpt" + u32(156) + u32(20) + "kTRC" + u32(176) + u32(14);
  const std::string body = table + data;
  const std::string head = u32(static_cast<uint32_t>(128 + body.size())) + "lcms" + u32(0x02400000) + "mntr" +
                           "GRAYXYZ " + nul(12) + "acsp" + nul(28) + white + nul(48);
  return head + body;
}

std::string icc_segment(const std::string& profile) {
  return "ICC_PROFILE" + nul(1) + "\x01\x01" + profile;
}

std::string icc_chunk(const std::string& profile) {
  return "icc" + nul(2) + zlib_of(profile);
}

constexpr size_t kClass = 12;
constexpr size_t kColourSpace = 16;
constexpr size_t kConnectionSpace = 20;

TEST(DecodeProfile, ThatDoesNotFitThePixelsIsPassedOver) {
  const Image colours = gradient(24, 16);
  const std::pair<std::string, std::string> profiles[] = {
      {"grey", grey_profile()},
      {"CMYK", profile_with("cmyk", 0, "")},
      {"Lab", profile_with("p3", kColourSpace, "Lab ")},
      {"XYZ", profile_with("p3", kColourSpace, "XYZ ")},
      {"three inks", profile_with("p3", kColourSpace, "3CLR")},
      {"grey by its header", profile_with("p3", kColourSpace, "GRAY")},
      {"abstract", profile_with("p3", kClass, "abst")},
      {"device link", profile_with("p3", kClass, "link")},
      {"named colours", profile_with("p3", kClass, "nmcl")},
      {"RGB for its connection", profile_with("p3", kConnectionSpace, "RGB ")},
      {"no signature", profile_with("p3", 36, "nope")},
      {"cut", profile_with("p3", 0, "").substr(0, 200)},
      {"short", "acsp"},
  };
  const FileBytes png = encode_png(colours);
  const FileBytes jpeg = plain_jpeg(vips_image(colours).get());
  const FileBytes webp = plain_webp(vips_image(colours).get());
  const Notes notes = {"embedded colour profile not usable, taken as sRGB"};
  for (const auto& [name, profile] : profiles) {
    for (const FileBytes& file :
         {with_chunk(png, "iCCP", icc_chunk(profile)), with_webp_chunk(webp, "ICCP", profile, 24, 16)}) {
      const DecodedImage decoded = decode_image(file, "a");
      EXPECT_EQ(decoded.image.pixels, colours.pixels) << name << decoded.format;
      EXPECT_EQ(decoded.notes, notes) << name << decoded.format;
    }
    if (profile.size() > 60'000) continue;  // more than a segment holds
    const DecodedImage decoded = decode_image(with_segment(jpeg, 0xE2, icc_segment(profile)), "a");
    EXPECT_EQ(decoded.image.pixels, decode_image(jpeg, "a").image.pixels) << name;
    EXPECT_EQ(decoded.notes, notes) << name;
  }
}

TEST(DecodeProfile, OfColoursIsPassedOverInGreyPictures) {
  std::vector<uint8_t> grey(24 * 16);
  for (size_t i = 0; i < grey.size(); ++i) grey[i] = static_cast<uint8_t>(i % 251);
  const auto picture = vips_image(grey, 24, 16, 1, VIPS_INTERPRETATION_B_W);
  const FileBytes png = save_png(picture.get());
  const DecodedImage plain = decode_image(png, "a");
  const DecodedImage misfit = decode_image(with_chunk(png, "iCCP", icc_chunk(profile_with("p3", 0, ""))), "a");
  EXPECT_EQ(misfit.image.pixels, plain.image.pixels);
  EXPECT_EQ(misfit.notes, Notes{"embedded colour profile not usable, taken as sRGB"});
  const DecodedImage fitting = decode_image(with_chunk(png, "iCCP", icc_chunk(grey_profile())), "a");
  EXPECT_EQ(fitting.notes, Notes{"colours converted from the embedded profile to sRGB"});
}

TEST(DecodeProfile, OfRgbIsPassedOverInCmykPictures) {
  const std::vector<uint8_t> ink(24 * 16 * 4, 30);
  const FileBytes jpeg = plain_jpeg(vips_image(ink, 24, 16, 4, VIPS_INTERPRETATION_CMYK).get());
  const DecodedImage plain = decode_image(jpeg, "a");
  EXPECT_EQ(plain.notes, Notes{"CMYK converted to sRGB"});
  const DecodedImage misfit = decode_image(with_segment(jpeg, 0xE2, icc_segment(profile_with("p3", 0, ""))), "a");
  EXPECT_EQ(misfit.image.pixels, plain.image.pixels);
  EXPECT_EQ(misfit.notes, (Notes{"embedded colour profile not usable, passed over", "CMYK converted to sRGB"}));
}

TEST(DecodeProfile, IsPutTogetherFromTheSegmentsOfAJpeg) {
  const FileBytes jpeg = plain_jpeg(vips_image(flat(24, 16, 128, 200, 150)).get());
  const std::string profile = profile_with("p3", 0, "");
  const std::string mark = "ICC_PROFILE" + nul(1);
  const std::string first = mark + "\x01\x02" + profile.substr(0, 100);
  const std::string second = mark + "\x02\x02" + profile.substr(100);
  const FileBytes whole = with_segment(with_segment(jpeg, 0xE2, first), 0xE2, second);
  EXPECT_EQ(decode_image(whole, "a").notes, Notes{"colours converted from the embedded profile to sRGB"});
  const Notes broken = {"embedded colour profile not usable, taken as sRGB"};
  EXPECT_EQ(decode_image(with_segment(jpeg, 0xE2, second), "a").notes, broken);
  EXPECT_EQ(decode_image(with_segment(whole, 0xE2, second), "a").notes, broken);
}

TEST(DecodeColours, DeclaredOtherwiseThanSrgbInAPngAreSaid) {
  const FileBytes png = encode_png(stored_picture());
  const auto u32 = [](uint32_t value) {
    return std::string{static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
                       static_cast<char>(value)};
  };
  const auto primaries = [&](uint32_t red_x) {
    return u32(31270) + u32(32900) + u32(red_x) + u32(33000) + u32(30000) + u32(60000) + u32(15000) + u32(6000);
  };
  struct Case {
    std::string_view type;
    std::string data;
    std::string meaning;
  };
  const Case cases[] = {
      {"gAMA", u32(45455), ""},
      {"gAMA", u32(45000), ""},
      {"gAMA", u32(100000), "a gamma (gAMA 100000)"},
      {"gAMA", u32(55556), "a gamma (gAMA 55556)"},
      {"cHRM", primaries(64000), ""},
      {"cHRM", primaries(68000), "primaries (cHRM) of its own"},
      {"cICP", {"\x01\x0D\x00\x01", 4}, ""},
      {"cICP", {"\x09\x10\x00\x01", 4}, "colours of its own (cICP 9, 16)"},
  };
  for (const Case& one : cases) {
    const DecodedImage decoded = decode_image(with_chunk(png, one.type, one.data), "a");
    EXPECT_EQ(decoded.image.pixels, stored_picture().pixels);
    EXPECT_EQ(decoded.notes,
              one.meaning.empty() ? Notes{} : Notes{"the PNG file declares " + one.meaning + ", taken as sRGB"});
  }
  const FileBytes both = with_chunk(with_chunk(png, "gAMA", u32(100000)), "sRGB", nul(1));
  EXPECT_EQ(decode_image(both, "a").notes, Notes{});  // sRGB counts
}

}  // namespace
}  // namespace redraw
