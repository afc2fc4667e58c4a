// Tensors of a safetensors file.
#pragma once

#include "base/input_file.h"
#include "weights/safetensors/safetensors_header.h"
#include "weights/weights_file.h"

namespace redraw {

/// A file whose header has been checked whole (see parse_safetensors_header). Entries count from the data section.
/// Movable, not copyable.
class SafetensorsFile final : public WeightsFile {
 public:
  /// Opens and checks the file. Throws Error: those of InputFile::open and the safetensors_ group.
  static SafetensorsFile open(const std::filesystem::path& path);

  std::string_view format() const override { return "safetensors"; }
  const std::filesystem::path& path() const override { return file_.path(); }
  std::vector<FileIdentity> identities() const override { return {file_.identity()}; }
  std::span<const TensorEntry> tensors() const override { return header_.tensors; }
  const std::map<std::string, std::string>& metadata() const override { return header_.metadata; }
  std::span<const std::string> metadata_passed_over() const override { return header_.metadata_passed_over; }
  void read_bytes(const TensorEntry& entry, uint64_t first, std::span<std::byte> out) const override;
  void prefetch() const noexcept override { file_.will_read(0, file_.size()); }

 private:
  SafetensorsFile(InputFile file, SafetensorsHeader header);

  InputFile file_;
  SafetensorsHeader header_;
};

}  // namespace redraw
