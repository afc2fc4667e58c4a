// Values of every kind of field, for tests of what reads and writes them.
#pragma once

#include <cstdint>
#include <vector>

#include "request/field_value.h"

namespace redraw {

inline Picture sample_picture() {
  return Picture::memory({std::byte{0}, std::byte{0x89}, std::byte{255}}, "a picture.png");
}

inline std::vector<FieldValue> number_samples(const Field& field) {
  const double middle = (field.range.least + field.range.most) / 2;
  std::vector<double> numbers = {middle};
  if (!field.range.excludes_least) numbers.push_back(field.range.least);
  if (!field.range.excludes_most) numbers.push_back(field.range.most);
  std::vector<FieldValue> values;
  for (const double number : numbers) {
    // A side is a multiple of 8.
    const int64_t unit = field.kind == FieldKind::side ? 8 : 1;
    values.push_back(field.kind == FieldKind::number ? FieldValue(number)
                                                     : FieldValue(static_cast<int64_t>(number) / unit * unit));
  }
  return values;
}

/// Valid values, among them those at the edges and those that are hard to write down. Pictures are files.
inline std::vector<FieldValue> field_samples(const Field& field) {
  switch (field.kind) {
    case FieldKind::text:
      return {std::string(""),           std::string("fire"),    std::string("a 'red' \"fire\" \\ $HOME `x` #1 *.png"),
              std::string("-x"),         std::string("--"),      std::string("--steps"),
              std::string("-5"),         std::string("++"),      std::string("plan"),
              std::string("two\nlines"), std::string("[a,{b}]"), std::string("émoji 🔥"),
              std::string("true")};
    case FieldKind::choice: {
      std::vector<FieldValue> values;
      for (const std::string_view name : field.choices()) values.emplace_back(std::string(name));
      return values;
    }
    case FieldKind::flag:
      return {true, false};
    case FieldKind::integer:
    case FieldKind::number:
    case FieldKind::side:
      return number_samples(field);
    case FieldKind::seed:
      return {uint64_t{0}, uint64_t{9007199254740993}, UINT64_MAX};
    case FieldKind::number_list:
      return {std::vector<double>{14.6, 6.5, 0.1, 0}, std::vector<double>{2.5, 1e-3}};
    case FieldKind::seed_weights:
      return {std::vector<SeedWeight>{{.seed = 3, .weight = 0.1}},
              std::vector<SeedWeight>{{.seed = UINT64_MAX, .weight = 1}, {.seed = 0, .weight = 0}}};
    case FieldKind::axes:
      return {std::vector<std::string>{"x"}, std::vector<std::string>{"y"}, std::vector<std::string>{"x", "y"}};
    case FieldKind::picture:
      return {Picture::file("a picture.png"), Picture::file("-x.png"), Picture::file("/tmp/it's.png")};
    case FieldKind::weights:
    case FieldKind::folder:
    case FieldKind::model:
      return {std::string("my model"), std::string("/tmp/it's.safetensors"), std::string("-m")};
  }
  return {};
}

}  // namespace redraw
