// Lines for people on standard output and standard error.
#pragma once

#include <cstdio>
#include <fmt/format.h>
#include <string>
#include <utility>

#include "base/unicode_text.h"

namespace redraw::cli {

/// Prints as fmt::print does, but for control characters and bytes that are not UTF-8, which names of files may have:
/// these are shown as \xNN. Lines end as they are given.
template <typename... Values>
void print_text(std::FILE* stream, fmt::format_string<Values...> format, Values&&... values) {
  fmt::print(stream, "{}", printable_text(fmt::format(format, std::forward<Values>(values)...), "\n"));
}

/// Prints either; JSON as it is, in which \xNN would be no JSON.
inline void print_text_or_json(const std::string& text, const std::string& json_line, bool json) {
  if (json) {
    fmt::print("{}\n", json_line);
  } else {
    print_text(stdout, "{}", text);
  }
}

}  // namespace redraw::cli
