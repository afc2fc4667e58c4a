// A weights file that is not written yet: what a reader of it would see. Internal to checkpoint.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "weights/safetensors/safetensors_writer.h"
#include "weights/weights_file.h"

namespace redraw {

/// Has the tensors and metadata that write_safetensors is about to write to `path`. Reading numbers makes them anew
/// each time, so it is for looking at a few.
class PlannedFile final : public WeightsFile {
 public:
  PlannedFile(std::filesystem::path path, std::vector<TensorToWrite> tensors, Metadata metadata);

  std::string_view format() const override { return "safetensors"; }
  const std::filesystem::path& path() const override { return path_; }
  std::vector<FileIdentity> identities() const override { return {}; }
  std::span<const TensorEntry> tensors() const override { return entries_; }
  const Metadata& metadata() const override { return metadata_; }
  void read_bytes(const TensorEntry& entry, uint64_t first, std::span<std::byte> out) const override;

 private:
  std::filesystem::path path_;
  std::vector<TensorToWrite> tensors_;  ///< in the order of their names, as entries_
  std::vector<TensorEntry> entries_;
  Metadata metadata_;
};

}  // namespace redraw
