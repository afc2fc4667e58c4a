// Rows of words and numbers for a terminal, in columns.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace redraw {

struct TableColumn {
  std::string_view title;
  bool is_right_aligned = false;  ///< numbers
};

/// One line for the titles and one for each row, each ended by a line feed; columns as wide as their widest entry and
/// two spaces apart. A row may be shorter than the columns; entries are ASCII.
std::string text_table(std::span<const TableColumn> columns, const std::vector<std::vector<std::string>>& rows);

}  // namespace redraw
