// Several pictures on one, with a line or two under each: the strip of a run's steps, a folder's results, a table of
// settings tried.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "image/image.h"

namespace redraw {

struct SheetCell {
  const Image* image = nullptr;          ///< not owned; null for an empty slot, drawn as a faint frame
  std::vector<std::string> labels = {};  ///< short lines, UTF-8, as "t 601", "σ 2.92"; cut with an ellipsis if too wide
};

struct ContactSheetOptions {
  int64_t columns = 0;     ///< 0: one for each column label; without those as even rows of about 1400 pixels have
  int64_t cell_side = 0;   ///< longer side of a picture on the sheet, 16 to 2048; 0: own size, at most 256
  std::string title = {};  ///< one line above; empty: none
  std::vector<std::string> column_labels = {};          ///< above the columns, one for each; empty: none
  std::vector<std::string> row_labels = {};             ///< left of the rows, one for each; empty: none
  std::array<uint8_t, 3> background = {250, 250, 250};  ///< lettering is dark on light, light on dark
};

/// Draws the cells row by row. Labels are at least 10 pixels high and the slots at least 72 wide, so that labels
/// of small pictures stay readable and apart. Text comes from the machine's sans-serif font, so its pixels (not the
/// pictures') differ between machines.
/// Throws Error: out_of_range (no cells, more than 1000, an option outside its range, labels for more or fewer columns
/// or rows than there are, a sheet above 64 million pixels), image_unsupported (text cannot be drawn, see draw_text).
Image contact_sheet(std::span<const SheetCell> cells, const ContactSheetOptions& options);

}  // namespace redraw
