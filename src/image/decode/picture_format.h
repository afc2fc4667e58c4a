// The formats of picture files, and what is said of a file that is not whole.
#pragma once

#include <string>
#include <string_view>

namespace redraw {

enum class PictureFormat { png, jpeg, webp };

/// "PNG", "JPEG", "WebP"
std::string_view picture_format_name(PictureFormat format);

/// Error(image_truncated): the file ends too early.
[[noreturn]] void throw_truncated(PictureFormat format, const std::string& where);

/// Error(image_damaged). what: "it has two headers"
[[noreturn]] void throw_damaged(PictureFormat format, const std::string& where, std::string_view what);

}  // namespace redraw
