#include "checkpoint/tiny_vae_halves.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "base/input_file.h"
#include "checkpoint/tiny_vae_naming.h"
#include "weights/open_weights.h"
#include "weights/weights_endings.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

struct Word {
  std::string_view from, to;
};
constexpr auto kWords = std::to_array<Word>({{"decoder", "encoder"},
                                             {"encoder", "decoder"},
                                             {"Decoder", "Encoder"},
                                             {"Encoder", "Decoder"},
                                             {"DECODER", "ENCODER"},
                                             {"ENCODER", "DECODER"}});

/// One of the two files, and what its tensors are called in the whole.
struct Half {
  std::shared_ptr<const WeightsFile> file;
  std::string prefix;
};

/// The tensors of both files as one.
class FileOfHalves final : public WeightsFile {
 public:
  FileOfHalves(Half given, Half other) : halves_{std::move(given), std::move(other)} {
    for (const Half& half : halves_) {
      for (const TensorEntry& entry : half.file->tensors()) {
        sources_.push_back({entry, half.file.get(), &entry});
        sources_.back().entry.name = half.prefix + entry.name;
      }
    }
    std::ranges::sort(sources_, {}, [](const Source& source) -> const std::string& { return source.entry.name; });
    for (const Source& source : sources_) entries_.push_back(source.entry);
  }

  std::string_view format() const override { return halves_[0].file->format(); }
  const fs::path& path() const override { return halves_[0].file->path(); }
  std::vector<fs::path> files() const override { return {halves_[0].file->path(), halves_[1].file->path()}; }
  std::vector<FileIdentity> identities() const override {
    std::vector<FileIdentity> identities = halves_[0].file->identities();
    const std::vector<FileIdentity> other = halves_[1].file->identities();
    identities.insert(identities.end(), other.begin(), other.end());
    return identities;
  }
  std::span<const TensorEntry> tensors() const override { return entries_; }
  const std::map<std::string, std::string>& metadata() const override { return halves_[0].file->metadata(); }
  void read_bytes(const TensorEntry& entry, uint64_t first, std::span<std::byte> out) const override {
    const Source& source = sources_.at(static_cast<size_t>(&entry - entries_.data()));
    source.file->read_bytes(*source.stored, first, out);
  }
  void prefetch() const noexcept override {
    for (const Half& half : halves_) half.file->prefetch();
  }

 private:
  struct Source {
    TensorEntry entry;
    const WeightsFile* file;
    const TensorEntry* stored;
  };

  std::array<Half, 2> halves_;
  std::vector<Source> sources_;
  std::vector<TensorEntry> entries_;
};

// Names that begin with the number of a layer are the same in both halves.
Half as_half(std::shared_ptr<const WeightsFile> file, const LoneHalf& half) {
  const char* prefix = half.part == TinyAutoencoderPart::encoder ? "encoder." : "decoder.";
  return {.file = std::move(file), .prefix = half.has_bare_names ? prefix : ""};
}

}  // namespace

std::optional<fs::path> name_of_other_half(const fs::path& file) {
  const std::string stem = file.stem().string();
  const Word* last = nullptr;
  size_t place = 0;
  for (const Word& word : kWords) {
    const size_t at = stem.rfind(word.from);
    if (at == std::string::npos || (last != nullptr && at < place)) continue;
    last = &word;
    place = at;
  }
  if (last == nullptr) return std::nullopt;
  std::string other = stem;
  other.replace(place, last->from.size(), last->to);
  return file.parent_path() / (other + file.extension().string());
}

std::optional<BothHalves> find_other_half(const std::shared_ptr<const WeightsFile>& file) {
  const std::optional<LoneHalf> given = lone_half(*file);
  const std::optional<fs::path> name = given ? name_of_other_half(file->path()) : std::nullopt;
  if (!name) return std::nullopt;
  std::vector<fs::path> candidates = {*name};
  for (const WeightsEnding& row : kWeightsEndings) candidates.push_back(fs::path(*name).replace_extension(row.ending));
  for (const fs::path& candidate : candidates) {
    std::error_code ignored;
    if (!fs::is_regular_file(candidate, ignored)) continue;
    const std::shared_ptr<const WeightsFile> other = open_weights(candidate);
    const std::optional<LoneHalf> half = lone_half(*other);
    if (!half || half->part == given->part) continue;
    return BothHalves{.file = std::make_shared<FileOfHalves>(as_half(file, *given), as_half(other, *half)),
                      .other = candidate};
  }
  return std::nullopt;
}

}  // namespace redraw
