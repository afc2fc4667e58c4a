#include "checkpoint/other_places.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "base/error.h"
#include "base/input_file.h"
#include "base/json.h"
#include "base/listed.h"
#include "base/utf8.h"
#include "weights/shards/shard_index.h"
#include "weights/weights_endings.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

constexpr auto kConfigNames = std::to_array<std::string_view>(
    {"config.json", "scheduler_config.json", "tokenizer_config.json", "preprocessor_config.json"});
constexpr size_t kMostEntries = 10000;

// Paths in the folder that the function wants, sorted; none where it cannot be listed.
template <typename Wants>
std::vector<fs::path> entries_of(const fs::path& folder, const Wants& wants) {
  std::vector<fs::path> found;
  std::error_code failed;
  size_t seen = 0;
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end && seen < kMostEntries;
       it.increment(failed), ++seen) {
    if (wants(it->path())) found.push_back(it->path());
  }
  std::ranges::sort(found);
  return found;
}

bool is_model_folder(const fs::path& path) {
  return is_folder(path) && is_there(path / "model_index.json");
}

bool is_weights(const fs::path& path) {
  const std::string ending = path.extension().string();
  return is_weights_ending(ending) && !is_folder(path);
}

std::string paths_text(const std::vector<fs::path>& paths) {
  std::vector<std::string> names;
  names.reserve(paths.size());
  for (const fs::path& path : paths) names.push_back(path.string());
  return listed(names);
}

std::string give(const std::vector<fs::path>& paths) {
  return (paths.size() == 1 ? "give " : "give one of ") + paths_text(paths);
}

// The folder that something lies in, as it was named where that says it.
fs::path above(const fs::path& path) {
  const fs::path name = path.has_filename() ? path : path.parent_path();
  if (name.has_parent_path() && name.filename() != "." && name.filename() != "..") return name.parent_path();
  return fs::absolute(name).lexically_normal().parent_path();
}

// What a config.json beside the weights says it is: "FluxTransformer2DModel".
std::string class_of(const fs::path& config) {
  try {
    const JsonObject json = JsonObject::read(config, FileOf::model);
    if (json.has("_class_name")) return std::string(cut_utf8(json.string("_class_name"), 100));
    if (json.has("architectures")) {
      const std::vector<std::string> names = json.strings("architectures");
      if (!names.empty()) return std::string(cut_utf8(names.front(), 100));
    }
    return std::string(cut_utf8(json.string("model_type", ""), 100));
  } catch (const Error&) {
    return {};  // only a hint
  }
}

// The hub's cache: models--owner--name/snapshots/<revision>, with refs/main naming the newest.
std::string advice_for_cache(const fs::path& folder) {
  const std::vector<fs::path> models = entries_of(folder / "snapshots", is_model_folder);
  if (models.empty()) {
    const std::vector<fs::path> all = entries_of(folder / "snapshots", is_folder);
    std::vector<fs::path> files;
    for (const fs::path& revision : all) {
      const std::vector<fs::path> here = entries_of(revision, is_weights);
      files.insert(files.end(), here.begin(), here.end());
    }
    const std::string start = "is a model in the hub's cache";
    if (!files.empty()) return start + ": " + give(files);
    return start + ", and none of its snapshots is a whole model; fetch it again";
  }
  return "is a model in the hub's cache: " + give(models);
}

}  // namespace

fs::path folder_of_part(const fs::path& part) {
  const fs::path folder = is_folder(part) ? part : above(part);
  const fs::path whole = above(folder);
  return is_model_folder(whole) && !is_model_folder(folder) ? whole : fs::path();
}

std::string advice_for_file(const fs::path& file) {
  const std::string name = file.filename().string();
  if (name == "model_index.json") {
    return "is the list of a diffusers folder's parts: give the folder " + above(file).string();
  }
  if (std::ranges::find(kConfigNames, name) == kConfigNames.end()) return {};
  const fs::path folder = folder_of_part(file);
  return "is a configuration, not a model" + (folder.empty() ? "" : ": give the folder " + folder.string());
}

std::string advice_for_folder(const fs::path& folder) {
  if (const fs::path whole = folder_of_part(folder); !whole.empty()) {
    return "is a part of a diffusers folder: give the folder " + whole.string();
  }
  if (is_folder(folder / "snapshots")) return advice_for_cache(folder);
  if (const std::vector<fs::path> models = entries_of(folder, is_model_folder); !models.empty()) {
    return "holds whole models: " + give(models);
  }
  const std::vector<fs::path> caches = entries_of(folder, [](const fs::path& path) {
    return path.filename().string().starts_with("models--") && is_folder(path / "snapshots");
  });
  if (!caches.empty()) return "is the hub's cache of several models: " + give(caches);
  if (const std::string name = class_of(folder / "config.json"); !name.empty()) {
    return "holds one network ('" + name + "' by its config.json), not a Stable Diffusion model with all its parts";
  }
  const std::vector<fs::path> indexes =
      entries_of(folder, [](const fs::path& path) { return is_shard_index_name(path.filename().string()); });
  if (!indexes.empty()) return "holds weights in several files: " + give(indexes);
  if (const std::vector<fs::path> files = entries_of(folder, is_weights); !files.empty()) {
    return "holds files of weights: " + give(files);
  }
  if (is_folder(folder / "unet")) return "has a unet and no model_index.json; fetch the whole model";
  return {};
}

}  // namespace redraw
