#include "weights/weights_file.h"

#include <algorithm>
#include <array>
#include <system_error>

#include "base/error.h"
#include "base/input_file.h"
#include "base/suggest.h"
#include "weights/file_kind.h"
#include "weights/gguf/gguf.h"
#include "weights/part_weights.h"
#include "weights/safetensors/safetensors.h"
#include "weights/scaled_fp8.h"
#include "weights/shards/sharded_file.h"
#include "weights/torch/torch_file.h"
#include "weights/widen.h"

namespace redraw {

const TensorEntry* WeightsFile::find(std::string_view name) const {
  const std::span<const TensorEntry> all = tensors();
  const auto it = std::lower_bound(all.begin(), all.end(), name, [](const TensorEntry& entry, std::string_view wanted) {
    return entry.name < wanted;
  });
  return it != all.end() && it->name == name ? &*it : nullptr;
}

const TensorEntry& WeightsFile::require(std::string_view name) const {
  if (const TensorEntry* entry = find(name)) return *entry;
  std::vector<std::string_view> names;
  names.reserve(tensors().size());
  for (const TensorEntry& entry : tensors()) names.push_back(entry.name);
  const std::string nearest = nearest_name(name, names);
  throw Error(Code::tensor_missing, path().string() + ": has no tensor '" + std::string(name) + "'" +
                                        (nearest.empty() ? "" : "; the nearest name is '" + nearest + "'"));
}

std::vector<std::byte> WeightsFile::bytes(const TensorEntry& entry) const {
  std::vector<std::byte> all(entry.end - entry.begin);
  read_bytes(entry, 0, all);
  return all;
}

void WeightsFile::read_f32(const TensorEntry& entry, int64_t first, std::span<float> out) const {
  if (!widens_to_f32(entry.dtype)) {
    throw Error(Code::tensor_wrong_dtype, path().string() + ": '" + entry.name + "' has elements of type " +
                                              std::string(dtype_name(entry.dtype)) + "; weights must be numbers of " +
                                              std::string(kWidenedTypes));
  }
  const auto count = static_cast<int64_t>(out.size());
  if (first < 0 || first > entry.shape.elements() || count > entry.shape.elements() - first) {
    throw Error(Code::bad_size, path().string() + ": '" + entry.name + "' has not as many numbers as asked for");
  }
  if (entry.dtype == DType::f32) {
    read_bytes(entry, static_cast<uint64_t>(first) * sizeof(float), std::as_writable_bytes(out));
    return;
  }
  // By pieces that stay in the cache. Quantised elements come in blocks, which a piece holds whole.
  std::array<std::byte, 1 << 16> piece;
  const DTypeBlock block = dtype_block(entry.dtype);
  const int64_t blocks_a_piece = static_cast<int64_t>(piece.size()) / block.bytes;
  std::vector<float> whole_blocks;
  while (!out.empty()) {
    const int64_t skipped = first % block.elements;
    const int64_t wanted =
        std::min<int64_t>(static_cast<int64_t>(out.size()), blocks_a_piece * block.elements - skipped);
    const int64_t blocks = (skipped + wanted + block.elements - 1) / block.elements;
    bool is_within = true;
    const std::span<std::byte> stored(piece.data(), static_cast<size_t>(blocks * block.bytes));
    read_bytes(entry, static_cast<uint64_t>(first / block.elements * block.bytes), stored);
    if (skipped == 0 && wanted % block.elements == 0) {
      is_within = widen_to_f32(entry.dtype, stored, out.first(static_cast<size_t>(wanted)));
    } else {
      whole_blocks.resize(static_cast<size_t>(blocks * block.elements));
      is_within = widen_to_f32(entry.dtype, stored, whole_blocks);
      std::copy_n(whole_blocks.begin() + skipped, wanted, out.begin());
    }
    if (!is_within) {
      throw Error(Code::model_not_finite, path().string() + ": '" + entry.name +
                                              "' holds numbers of 64 bits beyond what float32 can hold (3.4e38), "
                                              "which redraw computes with; the model is damaged, fetch it again");
    }
    out = out.subspan(static_cast<size_t>(wanted));
    first += wanted;
  }
}

Tensor WeightsFile::read_f32(std::string_view name) const {
  const TensorEntry& entry = require(name);
  MemoryPool own;  // the storage outlives it
  Tensor result(own, entry.shape);
  read_f32(entry, 0, result.values());
  return result;
}

void WeightsFile::check_range(const TensorEntry& entry, uint64_t first, size_t size) const {
  const uint64_t stored = entry.end - entry.begin;
  if (first > stored || size > stored - first) {
    throw Error(Code::internal, path().string() + ": a range outside of '" + entry.name + "' was asked for");
  }
}

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
    throw Error(Code::model_unsupported, path.string() + ": is no weights file that redraw reads; " + other);
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
  std::error_code ignored;
  const std::filesystem::path file = std::filesystem::is_directory(path, ignored) ? weights_in_folder(path) : path;
  std::shared_ptr<const WeightsFile> weights =
      is_shard_index(file) ? std::make_shared<ShardedFile>(ShardedFile::open(file, open_single_file))
                           : open_single_file(file);
  refuse_scaled_fp8(*weights);
  return weights;
}

}  // namespace redraw
