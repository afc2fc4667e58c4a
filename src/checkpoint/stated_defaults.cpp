#include "checkpoint/stated_defaults.h"

#include "base/input_file.h"
#include "weights/open_weights.h"

namespace redraw {

namespace {

std::optional<JsonObject> defaults_in_metadata(const WeightsFile& file) {
  const auto text = file.metadata().find(std::string(kDefaultsKey));
  if (text == file.metadata().end()) return std::nullopt;
  return JsonObject::parse(text->second, file.path().string() + ": metadata '" + std::string(kDefaultsKey) + "'");
}

std::optional<JsonObject> defaults_in_folder(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kDefaultsFile;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::nullopt;
  return JsonObject::read(path, FileOf::model);
}

}  // namespace

std::optional<JsonObject> stated_defaults(const Checkpoint& checkpoint) {
  if (checkpoint.layout() == Layout::diffusers) return defaults_in_folder(checkpoint.path());
  return defaults_in_metadata(*checkpoint.part("unet").file);
}

std::optional<JsonObject> stated_defaults(const std::filesystem::path& model) {
  if (is_folder(model)) return defaults_in_folder(model);
  return defaults_in_metadata(*open_weights(model));
}

}  // namespace redraw
