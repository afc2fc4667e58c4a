// The tensors of one part, as a converted model stores them. Internal to checkpoint.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint/part_source.h"
#include "weights/safetensors/safetensors_writer.h"

namespace redraw {

/// Makes the list of tensors of one part in the layout of the result. The tensors refer to it.
class PartConverter {
 public:
  /// source: whole, and lives as long. dtype: of the result; none: the source's, float64 as float32 and blocks as
  /// float16. prefix: what the names in the result begin with.
  PartConverter(const PartSource& source, Layout layout, std::optional<DType> dtype, std::string prefix)
      : source_(source), layout_(layout), dtype_(dtype), prefix_(std::move(prefix)) {}

  void append_to(std::vector<TensorToWrite>& tensors) const;

 private:
  std::function<void(const ByteSink&)> single(const KeyRow& row, const TensorEntry& entry, DType dtype) const;
  TensorToWrite fused(const KeyRow& row, DType dtype) const;

  const PartSource& source_;
  Layout layout_;
  std::optional<DType> dtype_;
  std::string prefix_;
};

}  // namespace redraw
