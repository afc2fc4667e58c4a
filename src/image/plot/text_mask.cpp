#include "image/plot/text_mask.h"

#include <algorithm>

#include "base/error.h"
#include "image/start_pictures.h"
#include "image/utf8.h"
#include "image/vips_support.h"

namespace redraw {
namespace {

std::string clean(const std::string& text) {
  const GlibPtr<char> valid(g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())));
  std::string line = valid.get();
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

TextMask draw_line(const std::string& line, TextStyle style) {
  if (line.find_first_not_of(' ') == std::string::npos) return {};
  const GlibPtr<char> markup(g_markup_escape_text(line.data(), static_cast<gssize>(line.size())));
  // At 72 dpi a point is a pixel.
  const std::string font = std::string(style.is_bold ? "sans bold " : "sans ") + std::to_string(style.pixels);
  VipsImage* drawn = nullptr;
  if (vips_text(&drawn, markup.get(), "font", font.c_str(), "dpi", 72, nullptr) != 0) {
    throw Error(Code::image_unsupported,
                "text cannot be drawn (" + take_vips_error() + "); install a font, for example fonts-dejavu-core");
  }
  const VipsImagePtr holder(drawn);
  size_t bytes = 0;
  const GlibPtr<uint8_t> pixels(static_cast<uint8_t*>(vips_image_write_to_memory(drawn, &bytes)));
  if (!pixels) throw Error(Code::internal, "text cannot be drawn: " + take_vips_error());
  TextMask mask = {drawn->Xsize, drawn->Ysize, drawn->Xoffset, drawn->Yoffset, {}};
  mask.coverage.assign(pixels.get(), pixels.get() + bytes);
  return mask;
}

std::string with_ellipsis(const std::string& line, size_t code_points) {
  size_t end = 0;
  for (size_t i = 0; i < code_points; ++i) end += utf8_length_at(line, end);
  while (end > 0 && line[end - 1] == ' ') --end;
  return line.substr(0, end) + "\u2026";
}

}  // namespace

TextMask draw_text(const std::string& text, TextStyle style, int64_t max_width) {
  start_pictures();
  const std::string line = clean(text);
  TextMask mask = draw_line(line, style);
  if (mask.width <= max_width) return mask;
  size_t code_points = 0;
  for (size_t offset = 0; offset < line.size(); offset += utf8_length_at(line, offset)) ++code_points;
  // The most code points that fit: `fits` does, or is 0; `too_many` does not.
  size_t fits = 0;
  size_t too_many = code_points;
  mask = draw_line(with_ellipsis(line, 0), style);
  while (too_many - fits > 1) {
    const size_t middle = fits + (too_many - fits) / 2;
    TextMask shorter = draw_line(with_ellipsis(line, middle), style);
    if (shorter.width <= max_width) {
      fits = middle;
      mask = std::move(shorter);
    } else {
      too_many = middle;
    }
  }
  return mask;
}

TextMask turned_left(const TextMask& text) {
  TextMask turned = {text.height, text.width, text.top, 0, {}};
  turned.coverage.reserve(text.coverage.size());
  for (int64_t x = text.width; x-- > 0;) {
    for (int64_t y = 0; y < text.height; ++y) {
      turned.coverage.push_back(text.coverage[static_cast<size_t>(y * text.width + x)]);
    }
  }
  return turned;
}

int64_t line_height(TextStyle style) {
  return style.pixels + (style.pixels * 2 + 2) / 5;
}

}  // namespace redraw
