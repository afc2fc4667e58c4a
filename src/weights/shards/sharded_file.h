// Weights that were split into several files, with an index that says which tensor is where.
#pragma once

#include <functional>

#include "weights/shards/shard_index.h"
#include "weights/weights_file.h"

namespace redraw {

/// The tensors of all the files as if they were one. Opened from its index: "STEM.safetensors.index.json",
/// "STEM.bin.index.json", with a variant "STEM.safetensors.index.fp16.json".
///
/// The files must lie beside the index, by the index's own path: it is not resolved, since Hugging Face's cache makes
/// each file of a model, the index too, a symbolic link to ../../blobs/HASH. For the same reason a shard may be a
/// symbolic link to anywhere: that is what the owner of the folder put there, while the index, which comes with the
/// weights, can say nothing but plain names. Folders, devices and pipes are refused as everywhere.
class ShardedFile final : public WeightsFile {
 public:
  /// Opens one shard. It must not follow an index, or an index could name itself.
  using OpenShard = std::function<std::shared_ptr<const WeightsFile>(const std::filesystem::path&)>;

  /// Opens every file that the index names and compares their lists: each tensor must be where the index says, and the
  /// files may hold no others. Throws Error: those of read_text_file (an index of more than kMaxIndexBytes),
  /// parse_shard_index and open_shard; index_disagrees, with up to ten names.
  static ShardedFile open(const std::filesystem::path& index_path, const OpenShard& open_shard);

  std::string_view format() const override { return format_; }
  const std::filesystem::path& path() const override { return path_; }
  std::vector<std::filesystem::path> files() const override;
  std::vector<FileIdentity> identities() const override;
  std::span<const TensorEntry> tensors() const override { return tensors_; }
  /// That of the index; the files have their own.
  const std::map<std::string, std::string>& metadata() const override { return metadata_; }
  void read_bytes(const TensorEntry& entry, uint64_t first, std::span<std::byte> out) const override;
  void prefetch() const noexcept override {
    for (const auto& shard : shards_) shard->prefetch();
  }

 private:
  /// Where a tensor really is: the file, and the file's own entry.
  struct Place {
    const WeightsFile* shard;
    const TensorEntry* entry;
  };

  ShardedFile() = default;

  std::filesystem::path path_;
  std::string format_;
  std::map<std::string, std::string> metadata_;
  std::vector<std::shared_ptr<const WeightsFile>> shards_;
  std::vector<TensorEntry> tensors_;
  std::vector<Place> places_;  // as tensors_
};

}  // namespace redraw
