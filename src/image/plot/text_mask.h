// One line of text as a coverage mask.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace redraw {

/// Coverage of the ink only, 0 none to 255 full, width * height values. (left, top) is where it stands in the line's
/// own box. The box has the same top for every text of one size, so lines set side by side share a baseline.
struct TextMask {
  int64_t width = 0;
  int64_t height = 0;
  int64_t left = 0;
  int64_t top = 0;
  std::vector<uint8_t> coverage;
};

struct TextStyle {
  int64_t pixels = 12;  ///< em size
  bool is_bold = false;
};

/// Draws `text` (UTF-8; control characters become spaces, malformed bytes U+FFFD) in the machine's sans-serif font,
/// cut with an ellipsis where its ink would be wider than max_width. Empty for a text without ink.
/// Throws Error(image_unsupported) where no text can be drawn, as on a machine without any font.
TextMask draw_text(const std::string& text, TextStyle style, int64_t max_width);

/// The same reading upwards. What was its top is its left now, so that turned texts share a baseline as well.
TextMask turned_left(const TextMask& text);

/// Height of one line of this style with its space.
int64_t line_height(TextStyle style);

}  // namespace redraw
