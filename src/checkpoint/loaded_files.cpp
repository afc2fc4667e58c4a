#include "checkpoint/loaded_files.h"

#include <optional>

#include "base/input_file.h"
#include "checkpoint/tiny_vae_halves.h"
#include "weights/diffusers_folder.h"
#include "weights/open_weights.h"
#include "weights/part_weights.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

void add_files(std::vector<fs::path>& files, const std::optional<fs::path>& weights) {
  if (!weights) return;
  for (fs::path& file : files_of_weights(*weights)) files.push_back(std::move(file));
}

}  // namespace

std::vector<fs::path> loaded_files(const fs::path& model) {
  if (!is_folder(model)) return files_of_weights(model);
  std::vector<fs::path> files;
  const DiffusersFolder folder = DiffusersFolder::open(model);
  for (const char* part : {"unet", "vae", "text_encoder", "text_encoder_2"}) {
    if (folder.has(part) && is_folder(model / part)) add_files(files, folder.weights_path(part));
  }
  return files;
}

std::vector<fs::path> loaded_vae_files(const fs::path& vae) {
  std::vector<fs::path> files;
  if (is_there(vae / "model_index.json")) {
    add_files(files, DiffusersFolder::open(vae).weights_path("vae"));
  } else if (is_folder(vae)) {
    add_files(files, find_part_weights(vae));
  } else {
    files = files_of_weights(vae);
    const bool may_be_half = name_of_other_half(vae).has_value();
    if (const auto both = may_be_half ? find_other_half(open_weights(vae)) : std::nullopt) files.push_back(both->other);
  }
  return files;
}

}  // namespace redraw
