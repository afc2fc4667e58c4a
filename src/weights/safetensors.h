// Tensors of a memory-mapped safetensors file.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/mapped_file.h"
#include "tensor/tensor.h"
#include "weights/safetensors_header.h"

namespace redraw {

/// A file whose header has been checked whole (see parse_safetensors_header); the numbers are read when asked for.
/// Movable, not copyable. Reading from several threads is safe.
class SafetensorsFile {
 public:
  /// Maps and checks the file. Throws Error: those of MappedFile::open and the safetensors_ group.
  static SafetensorsFile open(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return file_.path(); }
  /// Sorted by name (bytewise).
  std::span<const TensorEntry> tensors() const { return header_.tensors; }
  /// The entry of that name, owned by this object; nullptr when there is none.
  const TensorEntry* find(std::string_view name) const;
  /// The same, but throws Error(tensor_missing), with the nearest name that exists.
  const TensorEntry& require(std::string_view name) const;
  const std::map<std::string, std::string>& metadata() const { return header_.metadata; }

  /// The stored bytes, little-endian, at any alignment, valid while this object lives.
  /// Throws Error(file_changed) when the file was changed since it was opened.
  std::span<const std::byte> bytes(const TensorEntry& entry) const;

  /// All elements in row-major order, widened to float32 exactly. out: entry.shape.elements() floats.
  /// Throws Error: tensor_wrong_dtype (not F32, F16 or BF16), bad_size (of out), file_changed.
  void read_f32(const TensorEntry& entry, std::span<float> out) const;
  /// The tensor with its stored shape. Throws as above, and Error(tensor_missing).
  Tensor read_f32(std::string_view name) const;

 private:
  SafetensorsFile(MappedFile file, SafetensorsHeader header);

  MappedFile file_;
  SafetensorsHeader header_;
};

}  // namespace redraw
