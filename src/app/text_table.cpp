#include "app/text_table.h"

#include <algorithm>
#include <fmt/format.h>

namespace redraw {

std::string text_table(std::span<const TableColumn> columns, const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  std::vector<std::string> titles;
  for (const TableColumn& column : columns) {
    widths.push_back(column.title.size());
    titles.emplace_back(column.title);
  }
  for (const std::vector<std::string>& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  const auto add = [&](const std::vector<std::string>& row) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += i == 0 ? "" : "  ";
      line += columns[i].is_right_aligned ? fmt::format("{:>{}}", row[i], widths[i])
                                          : fmt::format("{:<{}}", row[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  };
  add(titles);
  for (const std::vector<std::string>& row : rows) add(row);
  return text;
}

}  // namespace redraw
