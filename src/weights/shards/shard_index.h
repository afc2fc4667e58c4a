// The index of weights that were split into several files: hostile text in, checked names out.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace redraw {

struct ShardIndex {
  struct Tensor {
    std::string name;
    size_t file;  ///< into files
  };
  std::vector<std::string> files;               ///< sorted, distinct; plain names of files beside the index
  std::vector<Tensor> tensors;                  ///< sorted by name, distinct
  std::map<std::string, std::string> metadata;  ///< the texts of its "metadata"
};

inline constexpr size_t kMaxIndexBytes = size_t{16} << 20;
inline constexpr size_t kMaxShards = 1000;

/// Parses {"metadata": {...}, "weight_map": {"a tensor": "a file", ...}}, as huggingface_hub's
/// split_torch_state_dict_into_shards and its forerunners write it; other members are passed over. A file's name may
/// hold nothing that leads out of the folder: no separator of any system, no drive, not "..". `where` names the index
/// in messages. Throws Error: index_malformed (also a name that stands there twice, no tensors, more than kMaxShards
/// files, kMaxTensors tensors or 8 levels), index_leaves_folder.
ShardIndex parse_shard_index(std::string_view text, std::string_view where);

/// True for "STEM.index.json" and "STEM.index.VARIANT.json".
bool is_shard_index_name(std::string_view file_name);

}  // namespace redraw
