#include "image/decode/decode.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "base/error.h"
#include "base/input_file.h"
#include "image/decode/box_reducer.h"
#include "image/decode/colour.h"
#include "image/decode/container.h"
#include "image/decode/jpeg_markers.h"
#include "image/decode/jpeg_picture.h"
#include "image/decode/orientation.h"
#include "image/decode/png_picture.h"
#include "image/decode/webp_picture.h"
#include "image/start_pictures.h"
#include "image/vips_support.h"

namespace redraw {
namespace {

void check_size(int64_t width, int64_t height, const std::string& where) {
  const std::string is = where + ": the picture is " + size_text(width, height) + "; ";
  if (width < kMinPictureSide || height < kMinPictureSide) {
    throw Error(Code::image_too_small, is + "redraw needs at least " + size_text(kMinPictureSide, kMinPictureSide));
  }
  // Both sides are below 2^32, so the product fits.
  if (width > kMaxPictureSide || height > kMaxPictureSide || width * height > kMaxStoredPixels) {
    throw Error(Code::image_too_large, is + "at most " + std::to_string(kMaxStoredPixels / 1'000'000) +
                                           " million pixels and " + std::to_string(kMaxPictureSide) +
                                           " a side are read; make it smaller first");
  }
}

int64_t reduced_side(int64_t side, int64_t factor) {
  return (side + factor - 1) / factor;
}

// The smallest factor that makes the picture small enough. libjpeg divides by powers of 2.
int reduction_of(const PictureHeader& header) {
  int factor = 1;
  while (reduced_side(header.width, factor) * reduced_side(header.height, factor) > kMaxPicturePixels) {
    factor = header.format == PictureFormat::jpeg ? factor * 2 : factor + 1;
  }
  return factor;
}

struct OpenedPicture {
  PictureMetadata metadata;
  std::unique_ptr<PictureDecoder> decoder;
};

OpenedPicture open_picture(PictureBytes& bytes, const PictureHeader& header, int reduction, const std::string& where) {
  switch (header.format) {
    case PictureFormat::png: {
      PngLayout layout = read_png_layout(bytes, where);
      PictureMetadata metadata = std::move(layout.metadata);
      return {std::move(metadata), open_png(bytes, header, std::move(layout), where)};
    }
    case PictureFormat::jpeg: {
      PictureMetadata metadata = read_jpeg_metadata(bytes, where);
      return {std::move(metadata), open_jpeg(bytes, header, reduction, where)};
    }
    case PictureFormat::webp: {
      WebpLayout layout = read_webp_layout(bytes, where);
      return {std::move(layout.metadata), open_webp(bytes, header, layout, reduction, where)};
    }
  }
  throw Error(Code::internal, where + ": unknown picture format");
}

// By how much the decoder left the picture to be reduced: all or nothing.
int check_decoded_size(VipsImage* image, const PictureHeader& header, int reduction, const std::string& where) {
  const bool is_stored_size = image->Xsize == header.width && image->Ysize == header.height;
  if (is_stored_size) return reduction;
  const auto is_reduced = [&](int64_t side, int64_t stored) { return std::abs(side * reduction - stored) < reduction; };
  if (reduction > 1 && is_reduced(image->Xsize, header.width) && is_reduced(image->Ysize, header.height)) return 1;
  throw Error(Code::image_damaged, where + ": the file gives two sizes, " + size_text(header.width, header.height) +
                                       " and " + size_text(image->Xsize, image->Ysize));
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
Image read_pixels(VipsImage* picture, int reduction, PictureDecoder& decoder, const PictureBytes& bytes,
                  std::vector<std::string>& notes) {
  constexpr int kStripRows = 16;
  BoxReducer reducer(picture->Xsize, picture->Ysize, reduction);
  std::vector<uint8_t> rgb(static_cast<size_t>(picture->Xsize) * 3);
  const std::unique_ptr<VipsRegion, UnrefObject> region(vips_region_new(picture));
  bool was_transparent = false;
  for (int top = 0; top < picture->Ysize; top += kStripRows) {
    const VipsRect strip = {0, top, picture->Xsize, std::min(kStripRows, picture->Ysize - top)};
    bytes.between_pieces();
    if (vips_region_prepare(region.get(), &strip) != 0) decoder.throw_error();
    for (int y = top; y < top + strip.height; ++y) {
      was_transparent |= lay_on_white(VIPS_REGION_ADDR(region.get(), 0, y), picture->Bands, picture->Xsize, rgb.data());
      reducer.add_row(rgb);
    }
  }
  if (was_transparent) notes.emplace_back("transparency laid on white");
  return reducer.take();
}

DecodedImage decode(PictureBytes bytes, const std::string& where) {
  if (bytes.size() > kMaxPictureFileBytes) {
    throw Error(Code::file_too_large, where + ": the picture file is larger than " +
                                          std::to_string(kMaxPictureFileBytes >> 20) + " MiB; make it smaller first");
  }
  const PictureHeader header = read_picture_header(bytes, where);
  check_size(header.width, header.height, where);
  const int reduction = reduction_of(header);

  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  start_pictures();
  take_vips_error();  // what other parts may have left
  const OpenedPicture opened = open_picture(bytes, header, reduction, where);
  const PictureMetadata& metadata = opened.metadata;
  VipsImage* const picture = opened.decoder->image();
  const int rest = check_decoded_size(picture, header, reduction, where);

  DecodedImage decoded;
  decoded.format = picture_format_name(header.format);
  decoded.original_width = header.width;
  decoded.original_height = header.height;
  if (metadata.frames > 1) decoded.notes.push_back("first of " + std::to_string(metadata.frames) + " frames");
  decoded.notes.insert(decoded.notes.end(), metadata.notes.begin(), metadata.notes.end());
  const VipsImagePtr converted = convert_to_srgb8(picture, metadata, where, decoded.notes);
  decoded.image = read_pixels(converted.get(), rest, *opened.decoder, bytes, decoded.notes);
  opened.decoder->finish(decoded.notes);
  if (reduction > 1) {
    decoded.notes.push_back("reduced while it was read from " + size_text(header.width, header.height) + " to " +
                            size_text(decoded.image.width, decoded.image.height));
  }
  if (metadata.orientation && metadata.orientation->value > 1) {
    decoded.image = turn_upright(decoded.image, static_cast<int>(metadata.orientation->value));
    decoded.notes.push_back("turned upright (" + metadata.orientation->source + ")");
  }
  return decoded;
}

}  // namespace

DecodedImage decode_image(std::span<const std::byte> bytes, const std::string& where,
                          const std::function<void()>& between_pieces) {
  return decode(PictureBytes(bytes, between_pieces), where);
}

DecodedImage decode_image_file(const std::filesystem::path& path, const std::function<void()>& between_pieces) {
  const InputFile file = InputFile::open(path);
  return decode(PictureBytes(file, between_pieces), path.string());
}

}  // namespace redraw
