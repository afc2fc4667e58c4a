#include "weights/open_weights.h"

#include <algorithm>

#include "base/error.h"
#include "base/input_file.h"
#include "weights/file_kind.h"
#include "weights/gguf/gguf.h"
#include "weights/part_weights.h"
#include "weights/safetensors/safetensors.h"
#include "weights/scaled_fp8.h"
#include "weights/shards/sharded_file.h"
#include "weights/torch/torch_file.h"

namespace redraw {
namespace {

// The first bytes, by which formats are told apart.
std::string head_of(const std::filesystem::path& path) {
  const InputFile file = InputFile::open(path, FileOf::model);
  std::string head(std::min<uint64_t>(4096, file.size()), '\0');
  file.read(0, std::as_writable_bytes(std::span(head)));
  return head;
}

std::shared_ptr<const WeightsFile> open_known_format(const std::filesystem::path& path) {
  const std::string head = head_of(path);
  if (const std::string other = recognised_as_other(head); !other.empty()) {
    throw Error(Code::model_unsupported, path.string() + ": is not a weights file that redraw reads; " + other);
  }
  if (head.starts_with("GGUF")) return std::make_shared<GgufFile>(GgufFile::open(path));
  if (is_zip_archive(head)) return std::make_shared<TorchFile>(TorchFile::open(path));
  refuse_legacy_torch(head, path.string());
  return std::make_shared<SafetensorsFile>(SafetensorsFile::open(path));
}

// Everything but an index: also the files that an index names.
std::shared_ptr<const WeightsFile> open_single_file(const std::filesystem::path& path) {
  try {
    return open_known_format(path);
  } catch (const Error& e) {
    const std::string unfinished = unfinished_by_name(path);
    if (unfinished.empty()) throw;
    throw Error(e.code(), e.what() + ("; " + unfinished));
  }
}

bool is_shard_index(const std::filesystem::path& path) {
  if (!is_shard_index_name(path.filename().string())) return false;
  const std::string head = head_of(path);
  const size_t first = head.find_first_not_of(" \t\r\n");
  return first != std::string::npos && head[first] == '{';
}

std::filesystem::path weights_in_folder(const std::filesystem::path& folder) {
  if (const auto path = find_part_weights(folder)) return *path;
  throw Error(Code::model_part_missing, folder.string() +
                                            ": is a folder without weights of its own; give a file, or the folder of "
                                            "one part with diffusion_pytorch_model.safetensors or model.safetensors");
}

}  // namespace

std::shared_ptr<const WeightsFile> open_weights(const std::filesystem::path& path) {
  if (is_missing(path)) throw Error(Code::file_not_found, path.string() + ": no such file");
  const std::filesystem::path file = is_folder(path) ? weights_in_folder(path) : path;
  std::shared_ptr<const WeightsFile> weights =
      is_shard_index(file) ? std::make_shared<ShardedFile>(ShardedFile::open(file, open_single_file))
                           : open_single_file(file);
  refuse_scaled_fp8(*weights);
  return weights;
}

std::vector<std::filesystem::path> files_of_weights(const std::filesystem::path& path) {
  std::vector<std::filesystem::path> files = {path};
  if (!is_shard_index(path)) return files;
  for (const std::string& name :
       parse_shard_index(read_text_file(path, kMaxIndexBytes, FileOf::model), path.string()).files) {
    files.push_back(path.parent_path() / name);
  }
  return files;
}

}  // namespace redraw
