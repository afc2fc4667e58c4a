// Tables whose rows have a `name`: the names of all, and the row of one.
#pragma once

#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/suggest.h"

namespace redraw {

/// In the table's order. They refer to the rows.
template <typename Rows>
std::vector<std::string_view> names_of_rows(const Rows& rows) {
  std::vector<std::string_view> names;
  names.reserve(rows.size());
  for (const auto& row : rows) names.push_back(row.name);
  return names;
}

/// The row of that name. Throws Error(unknown_name), as unknown_name_message has it.
template <typename Rows>
const auto& row_named(const Rows& rows, std::string_view kind, std::string_view name) {
  for (const auto& row : rows) {
    if (row.name == name) return row;
  }
  throw Error(Code::unknown_name, unknown_name_message(kind, name, names_of_rows(rows)));
}

}  // namespace redraw
