#include "base/text_table.h"

#include <algorithm>

#include "base/unicode_text.h"

namespace redraw {
namespace {

size_t shown_width(const std::string& cell) {
  return static_cast<size_t>(display_width(printable_text(cell)));
}

}  // namespace

std::string text_table(std::span<const TableColumn> columns, const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  std::vector<std::string> titles;
  for (const TableColumn& column : columns) {
    widths.push_back(column.title.size());
    titles.emplace_back(column.title);
  }
  for (const std::vector<std::string>& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], shown_width(row[i]));
  }
  std::string text;
  const auto add = [&](const std::vector<std::string>& row) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string cell = printable_text(row[i]);
      const std::string space(widths[i] - shown_width(row[i]), ' ');
      line += i == 0 ? "" : "  ";
      line += columns[i].is_right_aligned ? space + cell : cell + space;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  };
  add(titles);
  for (const std::vector<std::string>& row : rows) add(row);
  return text;
}

}  // namespace redraw
