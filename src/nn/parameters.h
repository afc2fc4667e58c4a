// Where layers get their weights from.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "ops/weight.h"

namespace redraw::nn {

/// A place in the tree of a model's tensor names: `p / "down_blocks" / 0 / "resnets"`. Knows nothing of files: it is
/// made from a function that finds a weight by its full name and returns an empty one when there is none.
class Parameters {
 public:
  using Lookup = std::function<Weight(const std::string& name)>;

  explicit Parameters(Lookup lookup) : lookup_(std::move(lookup)) {}

  Parameters operator/(std::string_view child) const;
  Parameters operator/(int64_t child) const { return *this / std::string_view(std::to_string(child)); }

  /// The tensor `name` at this place. Throws Error(tensor_missing) with its full name.
  Weight get(std::string_view name) const;
  /// An empty Weight when there is none.
  Weight find(std::string_view name) const;

 private:
  Lookup lookup_;
  std::string prefix_;
};

}  // namespace redraw::nn
