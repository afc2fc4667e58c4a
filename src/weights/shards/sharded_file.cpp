#include "weights/shards/sharded_file.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/input_file.h"
#include "weights/names.h"

namespace redraw {
namespace {

/// What does not agree, for one message.
class Disagreements {
 public:
  void add(std::string_view tensor, const std::string& what) {
    if (count_++ < kShown) text_ += (text_.empty() ? "" : "; ") + shown_name(tensor) + " " + what;
  }
  void throw_if_any(const std::filesystem::path& index) const {
    if (count_ == 0) return;
    throw Error(Code::index_disagrees, index.string() + ": the index and its files disagree about " +
                                           std::to_string(count_) + (count_ == 1 ? " tensor: " : " tensors: ") + text_ +
                                           (count_ > kShown ? "; ..." : "") + "; fetch the model again");
  }

 private:
  static constexpr size_t kShown = 10;
  size_t count_ = 0;
  std::string text_;
};

/// Tensors that a file holds and the index does not place there.
void find_unlisted(const ShardIndex& index, size_t file, const WeightsFile& shard, Disagreements& disagreements) {
  for (const TensorEntry& entry : shard.tensors()) {
    const auto listed =
        std::lower_bound(index.tensors.begin(), index.tensors.end(), entry.name,
                         [](const ShardIndex::Tensor& a, const std::string& name) { return a.name < name; });
    const bool is_listed = listed != index.tensors.end() && listed->name == entry.name;
    if (!is_listed) {
      disagreements.add(entry.name, "is in " + shown_name(index.files[file]) + " and not in the index");
    } else if (listed->file != file) {
      disagreements.add(entry.name, "is in " + shown_name(index.files[file]) + ", by the index in " +
                                        shown_name(index.files[listed->file]));
    }
  }
}

}  // namespace

ShardedFile ShardedFile::open(const std::filesystem::path& index_path, const OpenShard& open_shard) {
  ShardIndex index = parse_shard_index(read_text_file(index_path, kMaxIndexBytes, FileOf::model), index_path.string());
  ShardedFile result;
  result.path_ = index_path;
  result.metadata_ = std::move(index.metadata);
  Disagreements disagreements;
  for (size_t file = 0; file < index.files.size(); ++file) {
    result.shards_.push_back(open_shard(index_path.parent_path() / index.files[file]));
    find_unlisted(index, file, *result.shards_.back(), disagreements);
  }
  for (const ShardIndex::Tensor& tensor : index.tensors) {
    const WeightsFile* shard = result.shards_[tensor.file].get();
    const TensorEntry* entry = shard->find(tensor.name);
    if (entry == nullptr) {
      disagreements.add(tensor.name, "is not in " + shown_name(index.files[tensor.file]));
      continue;
    }
    result.tensors_.push_back(*entry);
    result.places_.push_back({shard, entry});
  }
  disagreements.throw_if_any(index_path);
  result.format_ = std::string(result.shards_.front()->format()) + " in " + std::to_string(result.shards_.size()) +
                   (result.shards_.size() == 1 ? " file" : " files");
  return result;
}

std::vector<std::filesystem::path> ShardedFile::files() const {
  std::vector<std::filesystem::path> files = {path_};
  for (const auto& shard : shards_) files.push_back(shard->path());
  return files;
}

// The index places tensors that its files must have there, so it adds nothing to what they say.
std::vector<FileIdentity> ShardedFile::identities() const {
  std::vector<FileIdentity> identities;
  for (const auto& shard : shards_) {
    const std::vector<FileIdentity> own = shard->identities();
    identities.insert(identities.end(), own.begin(), own.end());
  }
  return identities;
}

void ShardedFile::read_bytes(const TensorEntry& entry, uint64_t first, std::span<std::byte> out) const {
  const TensorEntry* own = find(entry.name);
  if (own == nullptr) throw Error(Code::internal, path_.string() + ": has no tensor '" + entry.name + "'");
  const Place& place = places_[static_cast<size_t>(own - tensors_.data())];
  place.shard->read_bytes(*place.entry, first, out);
}

}  // namespace redraw
