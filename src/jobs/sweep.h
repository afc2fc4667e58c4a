// Many pictures from one request: every combination of the values of a few fields.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "request/fields.h"
#include "request/value_range.h"

namespace redraw {

/// The fields that may vary, slowest first.
std::span<const Field* const> sweep_fields();

/// A field that varies, with two values at least.
struct SweepAxis {
  const Field* field;
  std::vector<FieldValue> values;
};

struct Sweep {
  Request base;                 ///< what all pictures share
  std::vector<SweepAxis> axes;  ///< at least one, slowest first; the last makes the columns

  int64_t columns() const { return std::ssize(axes.back().values); }
  int64_t cells() const;
};

/// One picture of a sweep.
struct SweepCell {
  Request request;
  std::string row;     ///< "lms, 10 steps"; empty where one field varies
  std::string column;  ///< "strength 0.7"

  /// "lms, 10 steps, strength 0.7"
  std::string name() const { return row.empty() ? column : row + ", " + column; }
};

/// base: the fields that were given one value; texts: those of sweep_fields() that were given, as typed. Throws Error
/// as parse_values; usage where nothing varies; out_of_range for more than kMaxSweepCells pictures.
Sweep make_sweep(const Request& base, const std::map<std::string_view, std::string>& texts);

/// Row by row.
std::vector<SweepCell> sweep_cells(const Sweep& sweep);

/// "ddim", "10 steps", "cfg 7.5", "seed 3", "strength 0.7"
std::string value_label(const Field& field, const FieldValue& value);

}  // namespace redraw
