#include "jobs/sweep.h"

#include <algorithm>
#include <array>

#include "base/error.h"

namespace redraw {
namespace {

// Slowest first: what changes the picture most stands in the rows.
constexpr auto kSweepFields =
    std::to_array<std::string_view>({"sampler", "schedule", "seed", "cfg_scale", "steps", "strength"});

struct Words {
  std::string_view field;
  std::string_view before;
  std::string_view after;
};
constexpr auto kWords = std::to_array<Words>(
    {{"seed", "seed ", ""}, {"cfg_scale", "cfg ", ""}, {"steps", "", " steps"}, {"strength", "strength ", ""}});

std::string one_of(std::span<const std::string_view> names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + std::string(names[i]);
  }
  return text;
}

}  // namespace

std::span<const std::string_view> sweep_fields() {
  return kSweepFields;
}

int64_t Sweep::cells() const {
  int64_t count = 1;
  for (const SweepAxis& axis : axes) count = std::min(count * std::ssize(axis.values), kMaxSweepCells + 1);
  return count;
}

Sweep make_sweep(const Request& base, const std::map<std::string_view, std::string>& texts) {
  Sweep sweep{.base = base, .axes = {}};
  for (const std::string_view name : kSweepFields) {
    const auto text = texts.find(name);
    if (text == texts.end()) continue;
    const Field& field = find_field(name);
    std::vector<FieldValue> values = parse_values(field, text->second);
    if (values.size() == 1) {
      set_field(sweep.base, field, values.front());
    } else {
      sweep.axes.push_back({&field, std::move(values)});
    }
  }
  if (sweep.axes.empty()) {
    throw Error(Code::usage, "nothing varies; give " + one_of(kSweepFields) +
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
  const auto* words = std::ranges::find(kWords, field.name, &Words::field);
  if (words == kWords.end()) return field_text(value);
  return std::string(words->before) + field_text(value) + std::string(words->after);
}

}  // namespace redraw
