#include "jobs/sweep.h"

#include <algorithm>

#include "base/error.h"
#include "base/listed.h"
#include "request/field_value.h"

namespace redraw {
namespace {

std::vector<const Field*> fields_that_vary() {
  std::vector<const Field*> fields;
  for (const Field* field : request_fields()) {
    if (field->sweep.rank > 0) fields.push_back(field);
  }
  std::ranges::sort(fields, {}, [](const Field* field) { return field->sweep.rank; });
  return fields;
}

std::vector<std::string_view> names_of(std::span<const Field* const> fields) {
  std::vector<std::string_view> names;
  names.reserve(fields.size());
  for (const Field* field : fields) names.push_back(field->name);
  return names;
}

}  // namespace

std::span<const Field* const> sweep_fields() {
  static const std::vector<const Field*> fields = fields_that_vary();
  return fields;
}

int64_t Sweep::cells() const {
  int64_t count = 1;
  for (const SweepAxis& axis : axes) count = std::min(count * std::ssize(axis.values), kMaxSweepCells + 1);
  return count;
}

Sweep make_sweep(const Request& base, const std::map<std::string_view, std::string>& texts) {
  Sweep sweep{.base = base, .axes = {}};
  for (const Field* varying : sweep_fields()) {
    const Field& field = *varying;
    const auto text = texts.find(field.name);
    if (text == texts.end()) continue;
    std::vector<FieldValue> values = parse_values(field, text->second);
    if (values.size() == 1) {
      set_field(sweep.base, field, values.front());
    } else {
      sweep.axes.push_back({&field, std::move(values)});
    }
  }
  if (sweep.axes.empty()) {
    throw Error(Code::usage, "nothing varies; give " + joined_by_or(names_of(sweep_fields())) +
                                 " a list (lms,ddim) or a range (0.3:0.9:0.1), or use img2img for one picture");
  }
  if (sweep.cells() > kMaxSweepCells) {
    throw Error(Code::out_of_range,
                "the combinations are more than " + std::to_string(kMaxSweepCells) + " pictures; give fewer values");
  }
  return sweep;
}

std::vector<SweepCell> sweep_cells(const Sweep& sweep) {
  std::vector<SweepCell> cells{{.request = sweep.base, .row = {}, .column = {}}};
  for (const SweepAxis& axis : sweep.axes) {
    const bool is_column = &axis == &sweep.axes.back();
    std::vector<SweepCell> more;
    for (const SweepCell& cell : cells) {
      for (const FieldValue& value : axis.values) {
        SweepCell& one = more.emplace_back(cell);
        set_field(one.request, *axis.field, value);
        const std::string label = value_label(*axis.field, value);
        if (is_column) {
          one.column = label;
        } else {
          one.row += (one.row.empty() ? "" : ", ") + label;
        }
      }
    }
    cells = std::move(more);
  }
  return cells;
}

std::string value_label(const Field& field, const FieldValue& value) {
  std::string label(field.sweep.label);
  return label.replace(label.find("{}"), 2, field_text(value));
}

}  // namespace redraw
