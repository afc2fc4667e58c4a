// From whatever colours a decoder hands out to 8-bit sRGB.
#pragma once

#include <string>
#include <vector>

#include "image/decode/picture_metadata.h"
#include "image/vips_support.h"

namespace redraw {

/// picture: 1 to 4 bands of 8 or 16 bits, as the PNG, JPEG and WebP loaders make them; read once, row by row.
/// Returns a lazy pipeline of 8-bit grey or sRGB, alpha last if there was one. Adds to `notes` what was changed.
/// The profile is applied only where its own header says that it turns such pixels into colours, and where it is whole.
/// Throws Error(image_unsupported) for other layouts.
VipsImagePtr convert_to_srgb8(VipsImage* picture, const PictureMetadata& metadata, const std::string& where,
                              std::vector<std::string>& notes);

}  // namespace redraw
