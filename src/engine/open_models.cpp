#include "engine/open_models.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "checkpoint/prediction.h"
#include "library/model_files.h"

namespace redraw {
namespace {

// A server that is asked for more than these opens some again, which takes milliseconds.
constexpr size_t kMostOpen = 8;

void add_files(const ModelFiles& model, std::vector<FileIdentity>& files) {
  const auto add = [&](const std::filesystem::path& path) {
    if (const std::optional<FileIdentity> identity = identity_of(path)) files.push_back(*identity);
  };
  if (model.names.empty()) add(model.path);
  for (const std::string& name : model.names) add(model.base() / name);
}

// All that a model is made of; empty where that is not to be found out, and then nothing is reused.
std::vector<FileIdentity> files_of(const ChosenModel& choice) {
  std::vector<FileIdentity> files;
  try {
    const ModelFiles model = model_files(choice.path);
    add_files(model, files);
    // No file of the model (its SHA-256 does not cover it), but it may say what the network predicts.
    if (const auto yaml = identity_of(yaml_beside(choice.path)); yaml && !model.is_folder) files.push_back(*yaml);
    if (!choice.options.vae.empty()) add_files(vae_files(choice.options.vae), files);
    if (!choice.options.preview_vae.empty()) add_files(vae_files(choice.options.preview_vae), files);
    if (!choice.options.configs.empty()) add_files(model_files(choice.options.configs), files);
  } catch (const Error&) {
    files.clear();
  }
  return files;
}

}  // namespace

const StableDiffusion& OpenModels::get(const ChosenModel& choice) {
  // Looked at before the model is opened: a file that changes in between is noticed the next time.
  std::vector<FileIdentity> files = files_of(choice);
  const auto known = std::ranges::find(entries_, choice, &Entry::choice);
  if (known != entries_.end()) {
    if (!files.empty() && known->files == files) {
      entries_.splice(entries_.begin(), entries_, known);
      return entries_.front().model;
    }
    entries_.erase(known);
  }
  entries_.push_front({.choice = choice,
                       .files = std::move(files),
                       .model = StableDiffusion(caches_, Checkpoint::open(choice.path, choice.options), vocabulary_)});
  if (entries_.size() > kMostOpen) entries_.pop_back();
  return entries_.front().model;
}

}  // namespace redraw
