// Golden tensors of the reference implementations, and how close we must come to them.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "tensor/tensor.h"
#include "weights/safetensors/safetensors.h"

namespace redraw {

/// Opens tests/golden/<name>, for example "tiny-sd15/vae.safetensors". Throws Error (so the test fails) if the file is
/// not there: goldens are part of the repository.
SafetensorsFile golden(std::string_view name);

/// A tensor of any numeric type in double precision. Exact, except 64-bit integers beyond 2^53.
struct GoldenTensor {
  Shape shape;
  std::vector<double> values;

  /// Rounded to float32, for use as an input.
  std::vector<float> floats() const;
  Tensor tensor() const;
};
/// Throws Error: tensor_missing; tensor_wrong_dtype for the 8-bit floats.
GoldenTensor read_golden(const SafetensorsFile& file, std::string_view name);

/// [N, C, H, W] in PyTorch's order to our [N, H, W, C], and back. `shape` is the shape of the argument. Throw
/// Error(bad_size) unless the shape has rank 4 and as many elements as there are values.
std::vector<float> nchw_to_nhwc(std::span<const float> values, const Shape& shape);
std::vector<double> nchw_to_nhwc(std::span<const double> values, const Shape& shape);
GoldenTensor nchw_to_nhwc(const GoldenTensor& nchw);
std::vector<float> nhwc_to_nchw(std::span<const float> values, const Shape& shape);

struct Difference {
  double max_abs = 0;        ///< infinite if one of our values is not finite
  double rms_relative = 0;   ///< rms(ours - reference) / rms(reference); infinite if only the reference is all zero
  int64_t worst_index = -1;  ///< where max_abs is; -1 if there is nothing to compare
};
/// Throws Error(bad_size) if the counts differ.
Difference compare(std::span<const float> ours, std::span<const double> reference);

/// A limit that is left out is not checked. At least one must be given.
struct Tolerance {
  double max_abs = std::numeric_limits<double>::infinity();
  double rms_relative = std::numeric_limits<double>::infinity();
};
/// Compares and returns the figures. Fails the test, with both figures and the worst index, if `ours` is further from
/// the reference than the limits, has another count, or holds a value that is not finite. It also fails if there is
/// nothing to compare. (The built-ins give the caller's place; clang 14 has no std::source_location.)
Difference ExpectClose(std::string_view name, std::span<const float> ours, std::span<const double> reference,
                       const Tolerance& tolerance, const char* caller_file = __builtin_FILE(),
                       int caller_line = __builtin_LINE());

}  // namespace redraw
