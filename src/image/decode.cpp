#include "image/decode.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <string_view>

#include "base/error.h"
#include "base/input_file.h"
#include "image/colour.h"
#include "image/container.h"
#include "image/orientation.h"
#include "image/png_chunks.h"
#include "image/vips_support.h"

namespace redraw {
namespace {

void check_size(int64_t width, int64_t height, const std::string& where) {
  const std::string is = where + ": the picture is " + size_text(width, height) + "; ";
  if (width < kMinPictureSide || height < kMinPictureSide) {
    throw Error(Code::image_too_small, is + "redraw needs at least " + size_text(kMinPictureSide, kMinPictureSide));
  }
  // Both sides are below 2^32, so the product fits.
  if (width > kMaxPictureSide || height > kMaxPictureSide || width * height > kMaxPicturePixels) {
    throw Error(Code::image_too_large, is + "at most " + std::to_string(kMaxPicturePixels / 1'000'000) +
                                           " million pixels and " + std::to_string(kMaxPictureSide) +
                                           " a side are read; make it smaller first");
  }
}

[[noreturn]] void throw_decoder_error(PictureFormat format, const std::string& where) {
  const std::string reason = take_vips_error();
  const bool is_cut = reason.find("remature end") != std::string::npos || reason.find("runcated") != std::string::npos;
  throw Error(is_cut ? Code::image_truncated : Code::image_damaged,
              where + ": the " + std::string(picture_format_name(format)) +
                  " file cannot be decoded whole; save or download it again (" + reason + ")");
}

VipsImagePtr open_picture(std::span<const std::byte> bytes, PictureFormat format, const std::string& where) {
  void* data = const_cast<std::byte*>(bytes.data());  // libvips' signature; it does not write
  VipsImage* image = nullptr;
  int status = 0;
  switch (format) {
    case PictureFormat::png:
      status = vips_pngload_buffer(data, bytes.size(), &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                                   VIPS_FAIL_ON_ERROR, nullptr);
      break;
    case PictureFormat::jpeg:
      // libjpeg calls bad codes and missing data warnings and paints the rest of the picture grey.
      status = vips_jpegload_buffer(data, bytes.size(), &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                                    VIPS_FAIL_ON_WARNING, nullptr);
      break;
    case PictureFormat::webp:
      status = vips_webpload_buffer(data, bytes.size(), &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                                    VIPS_FAIL_ON_ERROR, nullptr);
      break;
  }
  if (status != 0) throw_decoder_error(format, where);
  return VipsImagePtr(image);
}

// Copies one row of grey or RGB, each with or without alpha, to RGB on white. Says whether any pixel was not opaque.
bool lay_on_white(const uint8_t* from, int64_t bands, int64_t width, uint8_t* to) {
  const bool has_alpha = bands == 2 || bands == 4;
  const bool is_grey = bands <= 2;
  bool was_transparent = false;
  for (int64_t x = 0; x < width; ++x, from += bands, to += 3) {
    const uint32_t alpha = has_alpha ? from[bands - 1] : 255;
    was_transparent |= alpha != 255;
    for (int channel = 0; channel < 3; ++channel) {
      const uint32_t value = is_grey ? from[0] : from[channel];
      to[channel] = static_cast<uint8_t>((value * alpha + 255 * (255 - alpha) + 127) / 255);
    }
  }
  return was_transparent;
}

// Pulls the picture through in strips, so that no second copy of it is ever whole in memory.
Image read_pixels(VipsImage* picture, PictureFormat format, const std::string& where, std::vector<std::string>& notes) {
  constexpr int kStripRows = 16;
  Image image = {picture->Xsize, picture->Ysize, {}};
  image.pixels.resize(static_cast<size_t>(image.width * image.height * 3));
  const std::unique_ptr<VipsRegion, UnrefObject> region(vips_region_new(picture));
  bool was_transparent = false;
  for (int top = 0; top < picture->Ysize; top += kStripRows) {
    const VipsRect strip = {0, top, picture->Xsize, std::min(kStripRows, picture->Ysize - top)};
    if (vips_region_prepare(region.get(), &strip) != 0) throw_decoder_error(format, where);
    for (int y = top; y < top + strip.height; ++y) {
      const VipsPel* const row = VIPS_REGION_ADDR(region.get(), 0, y);
      was_transparent |= lay_on_white(row, picture->Bands, image.width, image.pixels.data() + y * image.width * 3);
    }
  }
  if (was_transparent) notes.emplace_back("transparency laid on white");
  return image;
}

// libvips looks at libjpeg's warnings before it reads rows, not after the last ones: a picture that is grey at the
// bottom would pass (8.14.1, fail_on warning). The text of the first warning is in its error buffer all the same.
// The one warning without harm is padding before the end marker, when all pixels have been read.
void check_no_jpeg_warning(const std::string& where) {
  const std::string_view text = vips_error_buffer();
  if (text.find("VipsJpeg") == std::string_view::npos) return;
  if (text.find("extraneous bytes before marker 0xd9") != std::string_view::npos) return;
  throw_decoder_error(PictureFormat::jpeg, where);
}

}  // namespace

DecodedImage decode_image(std::span<const std::byte> bytes, const std::string& where) {
  if (bytes.size() > static_cast<size_t>(kMaxPictureFileBytes)) {
    throw Error(Code::file_too_large, where + ": the picture file is larger than " +
                                          std::to_string(kMaxPictureFileBytes >> 20) + " MiB; make it smaller first");
  }
  const PictureHeader header = read_picture_header(bytes, where);
  check_size(header.width, header.height, where);
  check_picture_is_whole(bytes, header.format, where);

  DecodedImage decoded;
  decoded.format = picture_format_name(header.format);
  decoded.original_width = header.width;
  decoded.original_height = header.height;
  const int64_t frames = count_frames(bytes, header.format, where);
  if (frames > 1) decoded.notes.push_back("first of " + std::to_string(frames) + " frames");

  std::vector<std::byte> stripped;
  if (header.format == PictureFormat::png) stripped = png_without_other_chunks(bytes, where);

  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  start_vips();
  take_vips_error();  // what other parts may have left
  const VipsImagePtr picture = open_picture(stripped.empty() ? bytes : stripped, header.format, where);
  if (picture->Xsize != header.width || picture->Ysize != header.height) {
    throw Error(Code::image_damaged, where + ": the file gives two sizes, " + size_text(header.width, header.height) +
                                         " and " + size_text(picture->Xsize, picture->Ysize));
  }
  const int orientation = vips_image_get_orientation(picture.get());
  const VipsImagePtr converted = convert_to_srgb8(picture.get(), where, decoded.notes);
  decoded.image = read_pixels(converted.get(), header.format, where, decoded.notes);
  if (header.format == PictureFormat::jpeg) check_no_jpeg_warning(where);
  if (orientation > 1) {
    decoded.image = turn_upright(decoded.image, orientation);
    decoded.notes.push_back("turned upright (EXIF orientation " + std::to_string(orientation) + ")");
  }
  return decoded;
}

DecodedImage decode_image_file(const std::filesystem::path& path) {
  // Read, not mapped: a mapped file that is shortened while it is decoded would end the process.
  const std::string bytes = read_text_file(path, static_cast<size_t>(kMaxPictureFileBytes));
  return decode_image(std::as_bytes(std::span(bytes)), path.string());
}

}  // namespace redraw
