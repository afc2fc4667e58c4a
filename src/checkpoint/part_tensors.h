// The tensors of one part of a file, as the code sees them that works out the part's configuration.
#pragma once

#include <string>
#include <string_view>

#include "weights/weights_file.h"

namespace redraw {

class PartTensors {
 public:
  PartTensors(const WeightsFile& file, std::string prefix) : file_(file), prefix_(std::move(prefix)) {}

  const WeightsFile& file() const { return file_; }
  bool has(std::string_view name) const { return find(name) != nullptr; }
  const TensorEntry* find(std::string_view name) const;
  /// An extent of a tensor that must be there. Throws Error(model_unsupported) naming the tensor when it is missing or
  /// has fewer axes.
  int64_t extent(std::string_view name, size_t axis) const;
  /// How many of list + "0" + member, list + "1" + member, ... there are before the first gap.
  int64_t count(std::string_view list, std::string_view member) const;

 private:
  const WeightsFile& file_;
  std::string prefix_;
};

}  // namespace redraw
