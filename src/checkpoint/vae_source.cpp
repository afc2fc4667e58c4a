#include "checkpoint/vae_source.h"

#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "checkpoint/part_configs.h"
#include "weights/diffusers_folder.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

constexpr double kUsualScalingFactor = 0.18215;
constexpr int64_t kUsualSampleSize = 512;

struct Naming {
  Layout layout;
  const char* prefix;
  const char* witness;
};
constexpr auto kNamings = std::to_array<Naming>({
    {Layout::ldm, "first_stage_model.", "decoder.mid.block_1.norm1.weight"},
    {Layout::ldm, "", "decoder.mid.block_1.norm1.weight"},
    {Layout::diffusers, "", "decoder.mid_block.resnets.0.norm1.weight"},
    {Layout::diffusers, "vae.", "decoder.mid_block.resnets.0.norm1.weight"},
});

VaeSource open_file(const fs::path& path, const JsonObject* model) {
  const std::shared_ptr<const WeightsFile> file = open_weights(path);
  for (const Naming& naming : kNamings) {
    const PartTensors tensors(*file, naming.prefix);
    if (!tensors.has(naming.witness)) continue;
    const double scaling =
        model != nullptr ? model->number("scaling_factor", 1e-6, 1e6, kUsualScalingFactor) : kUsualScalingFactor;
    const int64_t size =
        model != nullptr ? model->integer("sample_size", 8, 1 << 16, kUsualSampleSize) : kUsualSampleSize;
    const nlohmann::json config = naming.layout == Layout::ldm ? vae_config_of(tensors, scaling, size)
                                                               : diffusers_vae_config_of(tensors, scaling, size);
    return {.source = {.name = "vae", .file = file, .layout = naming.layout, .prefix = naming.prefix, .keys = {}},
            .config = JsonObject::parse(config.dump(), path.string())};
  }
  throw Error(Code::model_unsupported, path.string() + ": holds no autoencoder (no tensor 'decoder.mid...')");
}

VaeSource open_part_folder(const fs::path& folder) {
  return {.source = {.name = "vae", .file = open_weights(folder), .keys = {}},
          .config = JsonObject::read(folder / "config.json")};
}

VaeSource open_model_folder(const DiffusersFolder& folder) {
  return {.source = {.name = "vae", .file = folder.weights("vae"), .keys = {}}, .config = folder.config("vae")};
}

}  // namespace

VaeSource open_vae(const fs::path& path, const JsonObject* model) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return open_file(path, model);
  if (fs::exists(path / "model_index.json", ignored)) return open_model_folder(DiffusersFolder::open(path));
  return open_part_folder(path);
}

}  // namespace redraw
