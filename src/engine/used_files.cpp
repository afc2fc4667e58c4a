#include "engine/used_files.h"

#include "base/error.h"
#include "base/sha256.h"

namespace redraw {

UsedFiles::UsedFiles(FileSums& sums, const ChosenModel& choice, const Request& request)
    : work_(sums, orders(choice, request)) {}

std::vector<ModelFiles> UsedFiles::orders(const ChosenModel& choice, const Request& request) {
  std::vector<ModelFiles> orders;
  const auto add = [&](const char* field, const std::string& name, const std::filesystem::path& path, auto find_files) {
    if (path.empty()) return;
    ModelFiles order{.path = path};
    try {
      order = find_files(path);
    } catch (const Error&) {
      // Whoever opens it says what is wrong, and there is no picture then.
    }
    on_disk_.push_back({.field = field, .name = name});
    orders.push_back(std::move(order));
  };
  add("model", recorded_place(choice.path.string()), choice.path, model_files);
  add("vae", recorded_place(choice.options.vae.string()), choice.options.vae, vae_files);
  add("model_config", recorded_place(choice.options.configs.string()), choice.options.configs, configuration_files);
  const auto add_picture = [&](const char* field, const std::optional<Picture>& picture) {
    if (!picture) return;
    const std::string name = recorded_name(picture->name);
    if (picture->is_file()) {
      add(field, name, picture->path(), [](const std::filesystem::path& path) { return ModelFiles{.path = path}; });
    } else {
      Sha256 hash;
      hash.add(picture->bytes());
      in_memory_[field] = {.name = name, .sha256 = hash.hex()};
    }
  };
  add_picture("init", request.inputs.init);
  add_picture("init_color", request.inputs.init_color);
  return orders;
}

std::map<std::string, UsedFile> UsedFiles::wait(const std::function<void()>& between_pieces) {
  std::map<std::string, UsedFile> files = in_memory_;
  const std::vector<std::string> sums = work_.wait(between_pieces);
  for (size_t i = 0; i < sums.size(); ++i) files[on_disk_[i].field] = {.name = on_disk_[i].name, .sha256 = sums[i]};
  return files;
}

std::string UsedFiles::warning(const std::map<std::string, UsedFile>& files) {
  std::string names;
  for (const auto& [field, file] : files) {
    if (file.sha256.empty()) names += (names.empty() ? "" : ", ") + file.name;
  }
  if (names.empty()) return {};
  return "the record of the picture has no checksum of " + names + ": the file was changed during the run";
}

}  // namespace redraw
