// Writes a safetensors file tensor by tensor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "tensor/dtype.h"
#include "tensor/shape.h"

namespace redraw {

/// What a file says about itself in texts.
using Metadata = std::map<std::string, std::string>;

/// Takes the next bytes of a tensor.
using ByteSink = std::function<void(std::span<const std::byte>)>;

/// A tensor to be written, and who makes its bytes: in row-major order, exactly stored_bytes of them, piece by piece.
struct TensorToWrite {
  std::string name;
  DType dtype;  ///< of the plain types
  Shape shape;
  std::function<void(const ByteSink&)> write;
};

/// Writes the tensors in this order, each after the other, with a header of the format's version 0.4, which begins
/// with the metadata where there is any. The file takes its name only when it is whole; what was there before is
/// replaced. Memory: the header's and one buffer's. Throws Error: disk_full before anything is written when there is
/// not room enough, output_not_writable, whatever the tensors throw; internal when one writes another number of bytes
/// than it takes.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorToWrite> tensors,
                       const Metadata& metadata = {});

}  // namespace redraw
