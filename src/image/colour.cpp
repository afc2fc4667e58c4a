#include "image/colour.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "base/error.h"

namespace redraw {
namespace {

VipsImagePtr checked(int status, VipsImage* image, const std::string& where) {
  if (status == 0) return VipsImagePtr(image);
  throw Error(Code::image_unsupported, where + ": its colours cannot be converted to sRGB (" + take_vips_error() + ")");
}

VipsImagePtr bands_of(VipsImage* picture, int first, int count, const std::string& where) {
  VipsImage* out = nullptr;
  const int status = vips_extract_band(picture, &out, first, "n", count, nullptr);
  return checked(status, out, where);
}

// v / 257 rounded to the nearest, for every band: 65535 -> 255, as the PNG specification recommends (12.4).
VipsImagePtr reduce_to_8_bits(VipsImage* picture, const std::string& where) {
  VipsImage* scaled = nullptr;
  int status = vips_linear1(picture, &scaled, 1.0 / 257.0, 0.5, "uchar", TRUE, nullptr);  // uchar truncates
  const VipsImagePtr holder = checked(status, scaled, where);
  VipsImage* out = nullptr;
  const auto interpretation = picture->Bands < 3 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
  status = vips_copy(scaled, &out, "interpretation", interpretation, nullptr);
  return checked(status, out, where);
}

struct Profile {
  const void* data = nullptr;
  size_t bytes = 0;
};

Profile embedded_profile(VipsImage* picture) {
  Profile profile;
  if (vips_image_get_typeof(picture, VIPS_META_ICC_NAME) != 0) {
    vips_image_get_blob(picture, VIPS_META_ICC_NAME, &profile.data, &profile.bytes);
  }
  return profile;
}

VipsImagePtr apply_embedded_profile(VipsImage* colours, const std::string& where) {
  VipsImage* out = nullptr;
  const int status = vips_icc_transform(colours, &out, "srgb", "embedded", TRUE, "intent", VIPS_INTENT_RELATIVE,
                                        "black_point_compensation", TRUE, "depth", 8, nullptr);
  return checked(status, out, where);
}

// Whether the profile leaves a grid of colours where it is. Programs write many different sRGB profiles, so their
// bytes and names say little; and a conversion that only rounds would cost the exactness of the pixels.
bool is_srgb(const Profile& profile, int bands, const std::string& where) {
  constexpr int kLevels = 6;
  constexpr int kTolerance = 2;  // of 255: the approximated curves of small sRGB profiles
  std::vector<uint8_t> grid;
  if (bands == 1) {
    for (int i = 0; i < 256; ++i) grid.push_back(static_cast<uint8_t>(i));
  } else {
    for (int i = 0; i < kLevels * kLevels * kLevels; ++i) {
      for (const int level : {i / (kLevels * kLevels), i / kLevels % kLevels, i % kLevels}) {
        grid.push_back(static_cast<uint8_t>(level * 255 / (kLevels - 1)));
      }
    }
  }
  const auto interpretation = bands == 1 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
  const int width = static_cast<int>(grid.size()) / bands;
  const VipsImagePtr plain(vips_image_new_from_memory(grid.data(), grid.size(), width, 1, bands, VIPS_FORMAT_UCHAR));
  VipsImage* tagged = nullptr;
  const int status = plain ? vips_copy(plain.get(), &tagged, "interpretation", interpretation, nullptr) : -1;
  const VipsImagePtr holder = checked(status, tagged, where);
  vips_image_set_blob_copy(tagged, VIPS_META_ICC_NAME, profile.data, profile.bytes);
  const VipsImagePtr converted = apply_embedded_profile(tagged, where);
  size_t bytes = 0;
  const GlibPtr<uint8_t> result(static_cast<uint8_t*>(vips_image_write_to_memory(converted.get(), &bytes)));
  if (!result || converted->Bands != 3) return false;
  for (int i = 0; i < width * 3; ++i) {
    const int before = grid[static_cast<size_t>(bands == 1 ? i / 3 : i)];
    if (std::abs(before - result.get()[i]) > kTolerance) return false;
  }
  return true;
}

VipsImagePtr convert_cmyk(VipsImage* colours, bool has_profile, const std::string& where) {
  if (has_profile) return apply_embedded_profile(colours, where);
  VipsImage* out = nullptr;
  const int status = vips_icc_transform(colours, &out, "srgb", "input_profile", "cmyk", "intent", VIPS_INTENT_RELATIVE,
                                        "black_point_compensation", TRUE, "depth", 8, nullptr);
  return checked(status, out, where);
}

VipsImagePtr convert_colours(VipsImagePtr colours, const std::string& where, std::vector<std::string>& notes) {
  const Profile profile = embedded_profile(colours.get());
  const bool has_profile = profile.bytes > 0;
  const bool is_usable = has_profile && vips_icc_is_compatible_profile(colours.get(), profile.data, profile.bytes);
  if (colours->Type == VIPS_INTERPRETATION_CMYK) {
    notes.emplace_back("CMYK converted to sRGB");
    return convert_cmyk(colours.get(), is_usable, where);
  }
  if (!has_profile) return colours;
  if (!is_usable) {
    notes.emplace_back("embedded colour profile not usable, taken as sRGB");
    return colours;
  }
  if (is_srgb(profile, colours->Bands, where)) return colours;
  notes.emplace_back("colours converted from the embedded profile to sRGB");
  return apply_embedded_profile(colours.get(), where);
}

}  // namespace

VipsImagePtr convert_to_srgb8(VipsImage* picture, const std::string& where, std::vector<std::string>& notes) {
  const bool is_cmyk = picture->Type == VIPS_INTERPRETATION_CMYK;
  const bool is_8_bit = picture->BandFmt == VIPS_FORMAT_UCHAR;
  const bool is_16_bit = picture->BandFmt == VIPS_FORMAT_USHORT;
  const int bands = picture->Bands;
  if ((!is_8_bit && !is_16_bit) || bands < 1 || bands > 4 || (is_cmyk && (bands != 4 || !is_8_bit))) {
    throw Error(Code::image_unsupported, where + ": pictures with " + std::to_string(bands) +
                                             " channels of this kind are not read; save it as 8-bit RGB");
  }
  VipsImagePtr samples(picture);
  g_object_ref(picture);
  if (is_16_bit) {
    notes.emplace_back("16-bit reduced to 8-bit");
    samples = reduce_to_8_bits(picture, where);
  }
  const bool has_alpha = !is_cmyk && (bands == 2 || bands == 4);
  if (!has_alpha) return convert_colours(std::move(samples), where, notes);
  VipsImagePtr colours = convert_colours(bands_of(samples.get(), 0, bands - 1, where), where, notes);
  const VipsImagePtr alpha = bands_of(samples.get(), bands - 1, 1, where);
  VipsImage* joined = nullptr;
  const int status = vips_bandjoin2(colours.get(), alpha.get(), &joined, nullptr);
  return checked(status, joined, where);
}

}  // namespace redraw
