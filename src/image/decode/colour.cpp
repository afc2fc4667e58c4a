#include "image/decode/colour.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

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

// A kind of pixels, and how a profile for it calls its colour space.
struct PixelKind {
  VipsInterpretation interpretation;
  int bands;
  std::string_view colour_space;
};
constexpr auto kPixelKinds = std::to_array<PixelKind>({
    {VIPS_INTERPRETATION_B_W, 1, "GRAY"},
    {VIPS_INTERPRETATION_sRGB, 3, "RGB "},
    {VIPS_INTERPRETATION_CMYK, 4, "CMYK"},
});

const PixelKind& pixel_kind(VipsImage* colours) {
  for (const PixelKind& kind : kPixelKinds) {
    if (kind.bands == colours->Bands) return kind;
  }
  throw Error(Code::internal, "no kind of pixels has " + std::to_string(colours->Bands) + " channels");
}

// Whether the profile's header (ICC.1:2010, 7.2) says that it turns such pixels into colours. libvips 8.14 does not
// ask. It lets a grey profile take the first channel of three. It also applies a device link or an abstract profile,
// and what those make of pixels is no colour at all.
bool fits(std::span<const std::byte> profile, const PixelKind& kind) {
  constexpr size_t kHeaderBytes = 128;
  constexpr size_t kClass = 12;
  constexpr size_t kColourSpace = 16;
  constexpr size_t kConnectionSpace = 20;
  constexpr size_t kSignature = 36;
  constexpr auto kClasses = std::to_array<std::string_view>({"scnr", "mntr", "prtr", "spac"});
  constexpr auto kConnectionSpaces = std::to_array<std::string_view>({"XYZ ", "Lab "});
  if (profile.size() < kHeaderBytes) return false;
  const std::string_view header(reinterpret_cast<const char*>(profile.data()), kHeaderBytes);
  const auto field_is_one_of = [&](size_t offset, std::span<const std::string_view> values) {
    return std::ranges::find(values, header.substr(offset, 4)) != values.end();
  };
  return header.substr(kSignature, 4) == "acsp" && header.substr(kColourSpace, 4) == kind.colour_space &&
         field_is_one_of(kClass, kClasses) && field_is_one_of(kConnectionSpace, kConnectionSpaces);
}

// Null when libvips cannot.
VipsImagePtr apply_profile(VipsImage* colours, std::span<const std::byte> profile) {
  VipsImage* tagged = nullptr;
  if (vips_copy(colours, &tagged, nullptr) != 0) return nullptr;
  const VipsImagePtr holder(tagged);
  vips_image_set_blob_copy(tagged, VIPS_META_ICC_NAME, profile.data(), profile.size());
  VipsImage* out = nullptr;
  vips_icc_transform(tagged, &out, "srgb", "embedded", TRUE, "intent", VIPS_INTENT_RELATIVE, "black_point_compensation",
                     TRUE, "depth", 8, nullptr);
  return VipsImagePtr(out);
}

// Some colours of every part of a kind's range: all greys, or a grid.
std::vector<uint8_t> sample_colours(int bands) {
  std::vector<uint8_t> samples;
  if (bands == 1) {
    for (int i = 0; i < 256; ++i) samples.push_back(static_cast<uint8_t>(i));
    return samples;
  }
  constexpr int kLevels = 6;
  int count = 1;
  for (int band = 0; band < bands; ++band) count *= kLevels;
  for (int i = 0; i < count; ++i) {
    for (int place = count / kLevels; place > 0; place /= kLevels) {
      samples.push_back(static_cast<uint8_t>(i / place % kLevels * 255 / (kLevels - 1)));
    }
  }
  return samples;
}

enum class ProfileEffect { unusable, none, converts };

// What the profile does to sample colours. Programs write many different sRGB profiles, so their bytes and names say
// little; and a conversion that only rounds would cost the exactness of the pixels. A profile that is damaged behind
// its header shows here too.
ProfileEffect try_profile(std::span<const std::byte> profile, const PixelKind& kind, const std::string& where) {
  constexpr int kTolerance = 2;  // of 255: the approximated curves of small sRGB profiles
  const std::vector<uint8_t> samples = sample_colours(kind.bands);
  const int width = static_cast<int>(samples.size()) / kind.bands;
  const VipsImagePtr plain(
      vips_image_new_from_memory(samples.data(), samples.size(), width, 1, kind.bands, VIPS_FORMAT_UCHAR));
  VipsImage* tagged = nullptr;
  const int status = plain ? vips_copy(plain.get(), &tagged, "interpretation", kind.interpretation, nullptr) : -1;
  const VipsImagePtr holder = checked(status, tagged, where);
  const VipsImagePtr converted = apply_profile(tagged, profile);
  size_t bytes = 0;
  const GlibPtr<uint8_t> result(converted ? static_cast<uint8_t*>(vips_image_write_to_memory(converted.get(), &bytes))
                                          : nullptr);
  take_vips_error();
  if (!result || converted->Bands != 3) return ProfileEffect::unusable;
  if (kind.bands == 4) return ProfileEffect::converts;
  for (int i = 0; i < width * 3; ++i) {
    const int before = samples[static_cast<size_t>(kind.bands == 1 ? i / 3 : i)];
    if (std::abs(before - result.get()[i]) > kTolerance) return ProfileEffect::converts;
  }
  return ProfileEffect::none;
}

VipsImagePtr convert_cmyk_without_profile(VipsImage* colours, const std::string& where) {
  VipsImage* out = nullptr;
  const int status = vips_icc_transform(colours, &out, "srgb", "input_profile", "cmyk", "intent", VIPS_INTENT_RELATIVE,
                                        "black_point_compensation", TRUE, "depth", 8, nullptr);
  return checked(status, out, where);
}

VipsImagePtr convert_colours(VipsImagePtr colours, const PictureMetadata& metadata, const std::string& where,
                             std::vector<std::string>& notes) {
  const std::span<const std::byte> profile = metadata.profile;
  const PixelKind& kind = pixel_kind(colours.get());
  const bool is_cmyk = kind.bands == 4;
  ProfileEffect effect = metadata.has_broken_profile ? ProfileEffect::unusable : ProfileEffect::none;
  if (!profile.empty()) {
    const bool is_readable =
        fits(profile, kind) && vips_icc_is_compatible_profile(colours.get(), profile.data(), profile.size());
    effect = is_readable ? try_profile(profile, kind, where) : ProfileEffect::unusable;
  }
  if (effect == ProfileEffect::unusable) {
    notes.emplace_back(is_cmyk ? "embedded colour profile not usable, passed over"
                               : "embedded colour profile not usable, taken as sRGB");
  }
  if (is_cmyk) notes.emplace_back("CMYK converted to sRGB");
  if (effect == ProfileEffect::converts) {
    if (!is_cmyk) notes.emplace_back("colours converted from the embedded profile to sRGB");
    VipsImage* const out = apply_profile(colours.get(), profile).release();
    return checked(out ? 0 : -1, out, where);
  }
  return is_cmyk ? convert_cmyk_without_profile(colours.get(), where) : std::move(colours);
}

}  // namespace

VipsImagePtr convert_to_srgb8(VipsImage* picture, const PictureMetadata& metadata, const std::string& where,
                              std::vector<std::string>& notes) {
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
  if (!has_alpha) return convert_colours(std::move(samples), metadata, where, notes);
  VipsImagePtr colours = convert_colours(bands_of(samples.get(), 0, bands - 1, where), metadata, where, notes);
  const VipsImagePtr alpha = bands_of(samples.get(), bands - 1, 1, where);
  VipsImage* joined = nullptr;
  const int status = vips_bandjoin2(colours.get(), alpha.get(), &joined, nullptr);
  return checked(status, joined, where);
}

}  // namespace redraw
