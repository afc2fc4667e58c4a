#include "weights/safetensors.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/suggest.h"
#include "weights/widen.h"

namespace redraw {

SafetensorsFile::SafetensorsFile(MappedFile file, SafetensorsHeader header)
    : file_(std::move(file)), header_(std::move(header)) {}

SafetensorsFile SafetensorsFile::open(const std::filesystem::path& path) {
  MappedFile file = MappedFile::open(path);
  SafetensorsHeader header = parse_safetensors_header(file.bytes(), file.bytes().size(), path.string());
  return SafetensorsFile(std::move(file), std::move(header));
}

const TensorEntry* SafetensorsFile::find(std::string_view name) const {
  const auto it =
      std::lower_bound(header_.tensors.begin(), header_.tensors.end(), name,
                       [](const TensorEntry& entry, std::string_view wanted) { return entry.name < wanted; });
  return it != header_.tensors.end() && it->name == name ? &*it : nullptr;
}

const TensorEntry& SafetensorsFile::require(std::string_view name) const {
  if (const TensorEntry* entry = find(name)) return *entry;
  std::vector<std::string_view> names;
  for (const TensorEntry& entry : header_.tensors) names.push_back(entry.name);
  const std::string nearest = nearest_name(name, names);
  throw Error(Code::tensor_missing, path().string() + ": has no tensor '" + std::string(name) + "'" +
                                        (nearest.empty() ? "" : "; the nearest name is '" + nearest + "'"));
}

std::span<const std::byte> SafetensorsFile::bytes(const TensorEntry& entry) const {
  const auto data = file_.bytes().subspan(header_.data_begin);
  if (entry.begin > entry.end || entry.end > data.size()) {
    throw Error(Code::internal, path().string() + ": the entry '" + entry.name + "' is of another file");
  }
  file_.check_unchanged();
  return data.subspan(entry.begin, entry.end - entry.begin);
}

void SafetensorsFile::read_f32(const TensorEntry& entry, std::span<float> out) const {
  if (!widens_to_f32(entry.dtype)) {
    throw Error(Code::tensor_wrong_dtype, path().string() + ": tensor '" + entry.name + "' is stored as " +
                                              std::string(dtype_name(entry.dtype)) +
                                              "; weights must be F32, F16 or BF16");
  }
  widen_to_f32(entry.dtype, bytes(entry), out);
  // Overwritten while it was read: what was read may be half of one file and half of another.
  file_.check_unchanged();
}

Tensor SafetensorsFile::read_f32(std::string_view name) const {
  const TensorEntry& entry = require(name);
  MemoryPool own;  // the storage outlives it
  Tensor result(own, entry.shape);
  read_f32(entry, result.values());
  return result;
}

}  // namespace redraw
