#include "image/decode/picture_format.h"

#include <array>

#include "base/error.h"

namespace redraw {

std::string_view picture_format_name(PictureFormat format) {
  constexpr std::array<std::string_view, 3> kNames = {"PNG", "JPEG", "WebP"};
  return kNames.at(static_cast<size_t>(format));
}

void throw_truncated(PictureFormat format, const std::string& where) {
  throw Error(Code::image_truncated, where + ": the " + std::string(picture_format_name(format)) +
                                         " file is cut short; copy or download it again");
}

void throw_damaged(PictureFormat format, const std::string& where, std::string_view what) {
  throw Error(Code::image_damaged, where + ": the " + std::string(picture_format_name(format)) + " file is damaged (" +
                                       std::string(what) + "); save it again from the program that made it");
}

}  // namespace redraw
