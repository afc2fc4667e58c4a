#include "weights/diffusers_folder.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/error.h"
#include "base/input_file.h"
#include "base/json_text.h"
#include "weights/open_weights.h"
#include "weights/part_weights.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Where the parts keep their configuration and their weights, by the beginning of the part's name.
struct PartFiles {
  std::string_view prefix;
  std::string_view config;
  std::string_view weights_stem;  ///< empty: has no weights
};
constexpr auto kPartFiles = std::to_array<PartFiles>({
    {"scheduler", "scheduler_config.json", ""},
    {"tokenizer", "tokenizer_config.json", ""},
    {"feature_extractor", "preprocessor_config.json", ""},
    {"text_encoder", "config.json", "model"},
    {"image_encoder", "config.json", "model"},
    {"safety_checker", "config.json", "model"},
    {"", "config.json", "diffusion_pytorch_model"},
});

const PartFiles& files_of(std::string_view part) {
  return *std::find_if(kPartFiles.begin(), kPartFiles.end(),
                       [&](const PartFiles& row) { return part.starts_with(row.prefix); });
}

std::string expected_files(std::string_view part) {
  const PartFiles& files = files_of(part);
  std::string text(files.config);
  if (!files.weights_stem.empty()) text += " and " + std::string(files.weights_stem) + ".safetensors";
  return text;
}

/// A key of the index as a message shows it: quoted, on one line, not too long.
std::string shown(const std::string& key) {
  return json_text(key.substr(0, 100));
}

/// A part's name becomes a folder's name, so it may hold nothing that leaves the model's folder.
bool is_plain_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

DiffusersFolder DiffusersFolder::open(const fs::path& root) {
  if (!is_there(root)) throw Error(Code::file_not_found, root.string() + ": no such model folder");
  if (!is_folder(root)) {
    throw Error(Code::model_not_a_folder,
                root.string() + ": is a file; the model must be a diffusers folder, with a model_index.json in it");
  }
  const fs::path index_path = root / "model_index.json";
  if (!is_there(index_path)) {
    throw Error(Code::model_not_a_folder, root.string() + ": is not a diffusers folder (it has no model_index.json)");
  }
  const JsonObject index = JsonObject::read(index_path, FileOf::model);
  DiffusersFolder folder;
  folder.root_ = root;
  folder.pipeline_class_ = index.string("_class_name");
  for (const auto& [name, value] : index.raw().items()) {
    if (!value.is_array()) continue;  // a setting of the pipeline, such as "force_zeros_for_empty_prompt": true
    const bool is_pair = value.size() == 2;
    if (is_pair && value[0].is_null() && value[1].is_null()) continue;
    // The library may be null for a class that comes with the model.
    if (!is_pair || !(value[0].is_string() || value[0].is_null()) || !value[1].is_string()) {
      throw Error(Code::json_wrong_type,
                  index.where() + ": " + shown(name) + " must be [\"library\", \"Class\"] or [null, null]");
    }
    if (!is_plain_name(name)) {
      throw Error(Code::model_unsupported,
                  index.where() + ": the part's name " + shown(name) + " may hold only letters, digits and _");
    }
    folder.parts_.push_back({name, value[1].get<std::string>(), root / name});
  }
  return folder;
}

bool DiffusersFolder::has(std::string_view name) const {
  return std::any_of(parts_.begin(), parts_.end(), [&](const ModelPart& part) { return part.name == name; });
}

const ModelPart& DiffusersFolder::part(std::string_view name) const {
  const auto it = std::find_if(parts_.begin(), parts_.end(), [&](const ModelPart& part) { return part.name == name; });
  if (it == parts_.end()) {
    throw Error(Code::model_part_missing, (root_ / "model_index.json").string() + ": lists no '" + std::string(name) +
                                              "', which this " + pipeline_class_ + " needs (a folder with " +
                                              expected_files(name) + ")");
  }
  if (!is_folder(it->folder)) {
    throw Error(Code::model_part_missing, it->folder.string() + ": the folder of the model's " + std::string(name) +
                                              " is missing; it should hold " + expected_files(name) +
                                              "; fetch the whole model");
  }
  return *it;
}

JsonObject DiffusersFolder::config(std::string_view name) const {
  const fs::path path = part(name).folder / files_of(name).config;
  if (!is_there(path)) {
    throw Error(Code::model_part_missing, path.string() + ": the configuration of the model's " + std::string(name) +
                                              " is missing; fetch the whole model");
  }
  return JsonObject::read(path, FileOf::model);
}

std::optional<fs::path> DiffusersFolder::weights_path(std::string_view name) const {
  const std::string_view stem = files_of(name).weights_stem;
  return stem.empty() ? std::nullopt : find_part_weights(part(name).folder, stem);
}

std::shared_ptr<const WeightsFile> DiffusersFolder::weights(std::string_view name) const {
  const fs::path& folder = part(name).folder;
  const std::string stem(files_of(name).weights_stem);
  if (stem.empty())
    throw Error(Code::model_part_missing, folder.string() + ": a " + std::string(name) + " has no weights");
  if (const auto path = weights_path(name)) return open_weights(*path);
  throw Error(Code::model_part_missing, (folder / (stem + ".safetensors")).string() + ": the weights of the model's " +
                                            std::string(name) + " are missing; fetch the whole model");
}

}  // namespace redraw
