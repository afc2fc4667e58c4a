// A constant of a model, read when a backend needs it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "tensor/dtype.h"
#include "tensor/tensor.h"

namespace redraw {

/// A weight's numbers as its file has them, for backends that keep that form.
struct StoredNumbers {
  DType dtype = DType::f32;  ///< f16 or bf16
  /// Fills `out` with the elements from `first` on, in row-major order. Called from several threads at once.
  std::function<void(int64_t first, std::span<std::byte> out)> read;
};

/// Names a weight and knows how to read it, usually from a file, widened to float32. Backends read it once, when they
/// pack it. So the plain numbers are never held in memory beside the packed ones.
struct Weight {
  std::string name;  ///< as in the model file, for messages
  Shape shape;       ///< as PyTorch stores it: convolutions [out, in, kh, kw], linear layers [out, in]
  /// Writes elements first .. first + out.size() - 1, in row-major order. Called from several threads at once.
  std::function<void(int64_t first, std::span<float> out)> read;
  /// The same numbers, where the file has them in 16 bits each; else nothing.
  std::optional<StoredNumbers> stored = std::nullopt;

  explicit operator bool() const { return static_cast<bool>(read); }
  /// All of it, as a tensor of its own.
  Tensor load() const;
  /// A weight with these numbers, for tests and small constants.
  static Weight of(std::string name, Tensor values);
  /// The same, with the numbers rounded to `stored` (f16 or bf16) and available in that form too.
  static Weight of(std::string name, const Tensor& values, DType stored);
};

}  // namespace redraw
