#include "support/golden.h"

#include <cmath>
#include <cstring>
#include <filesystem>
#include <gtest/gtest.h>
#include <sstream>
#include <string>

#include "base/error.h"
#include "weights/widen.h"

namespace redraw {
namespace {

template <typename T>
void append_as_double(std::span<const std::byte> bytes, std::vector<double>& values) {
  for (size_t i = 0; i < bytes.size(); i += sizeof(T)) {
    T value;
    std::memcpy(&value, bytes.data() + i, sizeof(T));
    values.push_back(static_cast<double>(value));
  }
}

// Permutes the axes of a rank 4 tensor: axis k of the result is axis from[k] of the argument.
template <typename T>
std::vector<T> permuted(std::span<const T> values, const Shape& shape, const size_t (&from)[4]) {
  if (shape.rank() != 4 || shape.elements() != static_cast<int64_t>(values.size())) {
    throw Error(Code::bad_size, std::to_string(values.size()) + " values of shape " + shape.to_string() +
                                    " are no feature map of rank 4");
  }
  const int64_t strides[4] = {shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3], 1};
  std::vector<T> result;
  result.reserve(values.size());
  for (int64_t a = 0; a < shape[from[0]]; ++a)
    for (int64_t b = 0; b < shape[from[1]]; ++b)
      for (int64_t c = 0; c < shape[from[2]]; ++c)
        for (int64_t d = 0; d < shape[from[3]]; ++d)
          result.push_back(values[static_cast<size_t>(a * strides[from[0]] + b * strides[from[1]] +
                                                      c * strides[from[2]] + d * strides[from[3]])]);
  return result;
}

constexpr size_t kNchwToNhwc[4] = {0, 2, 3, 1};
constexpr size_t kNhwcToNchw[4] = {0, 3, 1, 2};

}  // namespace

SafetensorsFile golden(std::string_view name) {
  return SafetensorsFile::open(std::filesystem::path(REDRAW_SOURCE_DIR) / "tests" / "golden" / name);
}

std::vector<float> GoldenTensor::floats() const {
  return {values.begin(), values.end()};
}

Tensor GoldenTensor::tensor() const {
  return Tensor::from(shape, floats());
}

GoldenTensor read_golden(const SafetensorsFile& file, std::string_view name) {
  const TensorEntry& entry = file.require(name);
  const std::vector<std::byte> bytes = file.bytes(entry);
  GoldenTensor result{entry.shape, {}};
  result.values.reserve(static_cast<size_t>(entry.shape.elements()));
  switch (entry.dtype) {
    case DType::f32:
    case DType::f16:
    case DType::bf16: {
      const Tensor floats = file.read_f32(name);
      result.values.assign(floats.values().begin(), floats.values().end());
      break;
    }
    case DType::f64:
      append_as_double<double>(bytes, result.values);
      break;
    case DType::i64:
      append_as_double<int64_t>(bytes, result.values);
      break;
    case DType::i32:
      append_as_double<int32_t>(bytes, result.values);
      break;
    case DType::i16:
      append_as_double<int16_t>(bytes, result.values);
      break;
    case DType::i8:
      append_as_double<int8_t>(bytes, result.values);
      break;
    case DType::u64:
      append_as_double<uint64_t>(bytes, result.values);
      break;
    case DType::u32:
      append_as_double<uint32_t>(bytes, result.values);
      break;
    case DType::u16:
      append_as_double<uint16_t>(bytes, result.values);
      break;
    case DType::u8:
    case DType::boolean:
      append_as_double<uint8_t>(bytes, result.values);
      break;
    default:
      throw Error(Code::tensor_wrong_dtype,
                  std::string(name) + ": goldens of type " + std::string(dtype_name(entry.dtype)) + " cannot be read");
  }
  return result;
}

std::vector<float> nchw_to_nhwc(std::span<const float> values, const Shape& shape) {
  return permuted(values, shape, kNchwToNhwc);
}

std::vector<double> nchw_to_nhwc(std::span<const double> values, const Shape& shape) {
  return permuted(values, shape, kNchwToNhwc);
}

GoldenTensor nchw_to_nhwc(const GoldenTensor& nchw) {
  std::vector<double> values = nchw_to_nhwc(std::span<const double>(nchw.values), nchw.shape);
  return {Shape{nchw.shape[0], nchw.shape[2], nchw.shape[3], nchw.shape[1]}, std::move(values)};
}

std::vector<float> nhwc_to_nchw(std::span<const float> values, const Shape& shape) {
  return permuted(values, shape, kNhwcToNchw);
}

Difference compare(std::span<const float> ours, std::span<const double> reference) {
  if (ours.size() != reference.size()) {
    throw Error(Code::bad_size,
                std::to_string(ours.size()) + " values cannot be compared with " + std::to_string(reference.size()));
  }
  Difference difference;
  double sum_of_squares = 0;
  double reference_sum_of_squares = 0;
  for (size_t i = 0; i < ours.size(); ++i) {
    const double distance = std::abs(static_cast<double>(ours[i]) - reference[i]);
    const double counted = std::isfinite(distance) ? distance : std::numeric_limits<double>::infinity();
    if (counted > difference.max_abs || i == 0) {
      difference.max_abs = counted;
      difference.worst_index = static_cast<int64_t>(i);
    }
    sum_of_squares += counted * counted;
    reference_sum_of_squares += reference[i] * reference[i];
  }
  if (sum_of_squares > 0) difference.rms_relative = std::sqrt(sum_of_squares / reference_sum_of_squares);
  if (std::isnan(difference.rms_relative)) difference.rms_relative = std::numeric_limits<double>::infinity();
  return difference;
}

Difference ExpectClose(std::string_view name, std::span<const float> ours, std::span<const double> reference,
                       const Tolerance& tolerance, const char* caller_file, int caller_line) {
  const auto fail = [&](const std::string& what) { ADD_FAILURE_AT(caller_file, caller_line) << name << ": " << what; };
  if (!std::isfinite(tolerance.max_abs) && !std::isfinite(tolerance.rms_relative)) fail("no tolerance was given");
  if (reference.empty()) fail("there is nothing to compare with");
  if (ours.size() != reference.size()) {
    fail(std::to_string(ours.size()) + " values, the reference has " + std::to_string(reference.size()));
    return {};
  }
  const Difference difference = compare(ours, reference);
  if (!(difference.max_abs <= tolerance.max_abs) || !(difference.rms_relative <= tolerance.rms_relative) ||
      !std::isfinite(difference.max_abs)) {
    const auto worst = static_cast<size_t>(difference.worst_index);
    std::ostringstream message;
    message << "max_abs " << difference.max_abs << " (limit " << tolerance.max_abs << "), rms_relative "
            << difference.rms_relative << " (limit " << tolerance.rms_relative << "), worst at " << worst << " of "
            << ours.size() << ": ours " << ours[worst] << ", reference " << reference[worst];
    fail(message.str());
  }
  return difference;
}

}  // namespace redraw
