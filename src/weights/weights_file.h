// Named tensors in a file, whatever its format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_identity.h"
#include "tensor/tensor.h"
#include "weights/tensor_entry.h"

namespace redraw {

/// A file whose list of tensors has been read and checked whole; the numbers are read when they are asked for. Reading
/// from several threads is safe.
class WeightsFile {
 public:
  virtual ~WeightsFile() = default;

  /// "safetensors", "GGUF", ...: for people.
  virtual std::string_view format() const = 0;
  /// The file itself; of several files, the one that lists them.
  virtual const std::filesystem::path& path() const = 0;
  /// All that are read, path() among them.
  virtual std::vector<std::filesystem::path> files() const { return {path()}; }
  /// Of the files that the numbers come from, as they were when they were opened. Two of equal identities hold the same
  /// tensors. Empty for what is no file.
  virtual std::vector<FileIdentity> identities() const = 0;
  /// Sorted by name (bytewise), names distinct.
  virtual std::span<const TensorEntry> tensors() const = 0;
  /// What the file says about itself in texts.
  virtual const std::map<std::string, std::string>& metadata() const = 0;
  /// Names, in quotes, of texts that were too long to be kept, in the file's order, at most 100 of them.
  virtual std::span<const std::string> metadata_passed_over() const { return {}; }
  /// The stored bytes of the tensor from its `first` on, in row-major order, little-endian. entry: one of tensors().
  /// Throws Error: model_file_changed; internal for a range outside the tensor.
  virtual void read_bytes(const TensorEntry& entry, uint64_t first, std::span<std::byte> out) const = 0;

  /// Asks the system to fetch the file from its disk, in order, before it is read. A hint: never fails.
  virtual void prefetch() const noexcept {}

  /// The entry of that name, owned by this object; nullptr when there is none.
  const TensorEntry* find(std::string_view name) const;
  /// The same, but throws Error(tensor_missing), with the nearest name that exists.
  const TensorEntry& require(std::string_view name) const;
  /// All stored bytes of a tensor. Throws as read_bytes.
  std::vector<std::byte> bytes(const TensorEntry& entry) const;
  /// Elements first .. first + out.size() - 1 in row-major order, as float32: exact for the floating types, but F64
  /// rounded to the nearest; what ggml computes for the quantised ones. Throws Error: tensor_wrong_dtype (integers),
  /// bad_size (beyond the tensor's end), model_not_finite (a number of F64 beyond what float32 holds),
  /// model_file_changed.
  void read_f32(const TensorEntry& entry, int64_t first, std::span<float> out) const;
  /// The tensor with its stored shape. Throws as above, and Error(tensor_missing).
  Tensor read_f32(std::string_view name) const;

 protected:
  WeightsFile() = default;
  WeightsFile(const WeightsFile&) = default;
  WeightsFile(WeightsFile&&) = default;
  WeightsFile& operator=(const WeightsFile&) = default;
  WeightsFile& operator=(WeightsFile&&) = default;

  /// Throws Error(internal) unless bytes first .. first + size lie within the entry.
  void check_range(const TensorEntry& entry, uint64_t first, size_t size) const;
};

}  // namespace redraw
