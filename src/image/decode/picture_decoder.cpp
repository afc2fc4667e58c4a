#include "image/decode/picture_decoder.h"

#include "base/error.h"
#include "image/image.h"

namespace redraw {

void check_whole_picture(const PictureHeader& header, int64_t bytes, const std::string& kind,
                         const std::string& where) {
  if (bytes <= kMaxWholePictureBytes) return;
  throw Error(Code::image_too_large,
              where + ": the picture is " + size_text(header.width, header.height) + " and " + kind + ", which takes " +
                  std::to_string(bytes >> 20) + " MiB at once; redraw takes at most " +
                  std::to_string(kMaxWholePictureBytes >> 20) + ". Make it smaller first, or save it not " + kind);
}

void throw_undecodable(PictureFormat format, const std::string& where, bool is_cut, const std::string& reason) {
  is_cut = is_cut || reason.find("remature end") != std::string::npos || reason.find("runcated") != std::string::npos;
  throw Error(is_cut ? Code::image_truncated : Code::image_damaged,
              where + ": the " + std::string(picture_format_name(format)) +
                  " file cannot be decoded whole; save or download it again (" +
                  (reason.empty() ? "its pixels do not decode" : reason) + ")");
}

}  // namespace redraw
