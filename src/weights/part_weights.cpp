#include "weights/part_weights.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <system_error>

#include "base/error.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPreferredVariant = "fp16";

/// Files and links to files; a link whose target is missing, as an interrupted download leaves it, is none.
std::set<std::string> files_in(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed)) {
    std::error_code ignored;
    if (it->is_regular_file(ignored)) names.insert(it->path().filename().string());
  }
  if (failed) throw Error(Code::model_file_unreadable, folder.string() + ": cannot be listed: " + failed.message());
  return names;
}

/// What stands between the two in the name; empty when the name is not of that kind.
std::string_view between(std::string_view name, std::string_view before, std::string_view after) {
  if (name.size() <= before.size() + after.size() || !name.starts_with(before) || !name.ends_with(after)) return {};
  return name.substr(before.size(), name.size() - before.size() - after.size());
}

/// "fp16-00001-of-00002" is a shard of the variant fp16, and no variant.
bool is_variant(std::string_view text) {
  const bool is_plain = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  return is_plain && !text.empty() && text.find("-of-") == text.npos;
}

/// Names of one stem and one ending.
struct Naming {
  std::string stem;
  std::string_view ending;  ///< "safetensors"

  std::string plain() const { return stem + "." + std::string(ending); }
  std::string index() const { return plain() + ".index.json"; }
  std::string variant(std::string_view name) const {
    return stem + "." + std::string(name) + "." + std::string(ending);
  }
  std::string variant_index(std::string_view name) const { return plain() + ".index." + std::string(name) + ".json"; }
};

std::optional<std::string> choose_variant(const std::set<std::string>& files, const Naming& naming) {
  std::set<std::string> variants;
  for (const std::string& file : files) {
    for (const std::string_view text : {between(file, naming.stem + ".", "." + std::string(naming.ending)),
                                        between(file, naming.plain() + ".index.", ".json")}) {
      if (is_variant(text)) variants.insert(std::string(text));
    }
  }
  if (variants.empty()) return std::nullopt;
  const auto preferred = variants.find(std::string(kPreferredVariant));
  const std::string& variant = preferred != variants.end() ? *preferred : *variants.begin();
  return files.contains(naming.variant(variant)) ? naming.variant(variant) : naming.variant_index(variant);
}

std::optional<std::string> choose(const std::set<std::string>& files, const Naming& naming) {
  if (files.contains(naming.plain())) return naming.plain();
  if (files.contains(naming.index())) return naming.index();
  return choose_variant(files, naming);
}

}  // namespace

std::optional<fs::path> find_part_weights(const fs::path& folder, std::string_view stem) {
  const std::set<std::string> files = files_in(folder);
  // transformers names its pickles otherwise than its safetensors.
  const Naming namings[] = {{std::string(stem), "safetensors"},
                            {stem == "model" ? "pytorch_model" : std::string(stem), "bin"}};
  for (const Naming& naming : namings) {
    if (const auto name = choose(files, naming)) return folder / *name;
  }
  return std::nullopt;
}

std::optional<fs::path> find_part_weights(const fs::path& folder) {
  for (const std::string_view stem : {"diffusion_pytorch_model", "model"}) {
    if (auto path = find_part_weights(folder, stem)) return path;
  }
  return std::nullopt;
}

}  // namespace redraw
