// A weights file that is only a list of names and shapes, for tests of what is decided from them.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint/key_row.h"
#include "weights/weights_file.h"

namespace redraw {

class ListedTensors final : public WeightsFile {
 public:
  void add(const std::string& name, const Shape& shape, DType dtype = DType::f16) {
    const auto bytes = static_cast<uint64_t>(stored_bytes(dtype, shape.elements()));
    TensorEntry entry{name, dtype, shape, 0, bytes};
    const auto place = std::lower_bound(tensors_.begin(), tensors_.end(), name,
                                        [](const TensorEntry& e, const std::string& n) { return e.name < n; });
    if (place != tensors_.end() && place->name == name) return;  // a fused one, of which there are three rows
    tensors_.insert(place, std::move(entry));
  }
  /// Every tensor of the table as a single file stores it.
  void add(const std::string& prefix, const std::vector<KeyRow>& rows) {
    for (const KeyRow& row : rows) add(prefix + row.ldm_name, row.ldm_shape);
  }
  void remove(const std::string& name) {
    std::erase_if(tensors_, [&](const TensorEntry& entry) { return entry.name == name; });
  }
  std::map<std::string, std::string>& metadata() { return metadata_; }
  /// What every number reads as.
  void set_value(std::byte low, std::byte high) { value_ = {low, high}; }

  std::string_view format() const override { return "list"; }
  const std::filesystem::path& path() const override { return path_; }
  std::vector<FileIdentity> identities() const override { return {}; }
  std::span<const TensorEntry> tensors() const override { return tensors_; }
  const std::map<std::string, std::string>& metadata() const override { return metadata_; }
  void read_bytes(const TensorEntry& entry, uint64_t first, std::span<std::byte> out) const override {
    check_range(entry, first, out.size());
    for (size_t i = 0; i < out.size(); ++i) out[i] = value_[(first + i) % 2];
  }

 private:
  std::filesystem::path path_ = "listed.safetensors";
  std::vector<TensorEntry> tensors_;
  std::map<std::string, std::string> metadata_;
  std::array<std::byte, 2> value_{};
};

}  // namespace redraw
