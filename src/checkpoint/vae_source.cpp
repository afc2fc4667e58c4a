#include "checkpoint/vae_source.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/input_file.h"
#include "checkpoint/part_configs.h"
#include "checkpoint/tensor_kinds.h"
#include "checkpoint/tiny_vae_halves.h"
#include "weights/diffusers_folder.h"
#include "weights/open_weights.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

constexpr double kUsualScalingFactor = 0.18215;
constexpr int64_t kUsualSampleSize = 512;

struct VaeNaming {
  Layout layout;
  const char* prefix;
  const char* witness;
};
constexpr auto kVaeNamings = std::to_array<VaeNaming>({
    {Layout::ldm, "first_stage_model.", "decoder.mid.block_1.norm1.weight"},
    {Layout::ldm, "", "decoder.mid.block_1.norm1.weight"},
    {Layout::diffusers, "", "decoder.mid_block.resnets.0.norm1.weight"},
    {Layout::diffusers, "vae.", "decoder.mid_block.resnets.0.norm1.weight"},
});

// Stable Diffusion's autoencoder, for the sizes of a model that is given a tiny one and has none of its own.
JsonObject usual_config(int64_t latent_channels, const std::string& where) {
  const nlohmann::json down(4, "DownEncoderBlock2D"), up(4, "UpDecoderBlock2D");
  const nlohmann::json config = {{"_class_name", "AutoencoderKL"},  {"latent_channels", latent_channels},
                                 {"layers_per_block", 2},           {"block_out_channels", {128, 256, 512, 512}},
                                 {"down_block_types", down},        {"up_block_types", up},
                                 {"sample_size", kUsualSampleSize}, {"scaling_factor", kUsualScalingFactor}};
  return JsonObject::of(config, where);
}

VaeSource tiny_source(TinyVaeSource tiny, const JsonObject* model) {
  JsonObject config =
      model != nullptr ? *model : usual_config(tiny.config.latent_channels, tiny.source.file->path().string());
  PartSource source = tiny.source;
  return {.source = std::move(source), .config = std::move(config), .tiny = std::move(tiny)};
}

// As the configuration beside the weights says.
VaeSource source_of(std::shared_ptr<const WeightsFile> file, JsonObject config, const JsonObject* model) {
  if (!is_tiny_autoencoder(config)) {
    return {.source = PartSource{.name = "vae", .file = std::move(file), .keys = {}}, .config = std::move(config)};
  }
  std::optional<TinyVaeSource> tiny = find_tiny_vae(file, &config);
  if (tiny) return tiny_source(*std::move(tiny), model);
  throw Error(Code::model_unsupported, file->path().string() + ": holds no tiny autoencoder, which " + config.where() +
                                           " says it is (no tensor 'decoder.layers.0.weight')");
}

VaeSource open_file(const fs::path& path, const JsonObject* model) {
  const std::shared_ptr<const WeightsFile> file = open_weights(path);
  for (const VaeNaming& naming : kVaeNamings) {
    const PartTensors tensors(*file, naming.prefix);
    if (!tensors.has(naming.witness)) continue;
    const double scaling =
        model != nullptr ? model->number("scaling_factor", 1e-6, 1e6, kUsualScalingFactor) : kUsualScalingFactor;
    const int64_t size =
        model != nullptr ? model->integer("sample_size", 8, 1 << 16, kUsualSampleSize) : kUsualSampleSize;
    const nlohmann::json config = naming.layout == Layout::ldm ? vae_config_of(tensors, scaling, size)
                                                               : diffusers_vae_config_of(tensors, scaling, size);
    return {
        .source = PartSource{.name = "vae", .file = file, .layout = naming.layout, .prefix = naming.prefix, .keys = {}},
        .config = JsonObject::of(config, path.string())};
  }
  const std::optional<BothHalves> both = find_other_half(file);
  if (std::optional<TinyVaeSource> tiny = find_tiny_vae(both ? both->file : file, nullptr)) {
    VaeSource found = tiny_source(*std::move(tiny), model);
    if (both) found.other_half = both->other;
    return found;
  }
  if (const std::string kind = kind_of_file(*file); !kind.empty()) {
    throw Error(Code::model_unsupported,
                path.string() + ": holds no autoencoder: it is " + kind.substr(0, kind.find(';')));
  }
  throw Error(Code::model_unsupported, path.string() +
                                           ": holds no autoencoder (no tensor 'decoder.mid...', and none of a tiny "
                                           "autoencoder)");
}

VaeSource open_part_folder(const fs::path& folder, const JsonObject* model) {
  JsonObject config = JsonObject::read(folder / "config.json", FileOf::model);
  return source_of(open_weights(folder), std::move(config), model);
}

VaeSource open_model_folder(const DiffusersFolder& folder, const JsonObject* model) {
  return source_of(folder.weights("vae"), folder.config("vae"), model);
}

}  // namespace

VaeSource open_vae(const fs::path& path, const JsonObject* model) {
  if (!is_folder(path)) return open_file(path, model);
  if (is_there(path / "model_index.json")) return open_model_folder(DiffusersFolder::open(path), model);
  return open_part_folder(path, model);
}

TinyVaeSource open_tiny_vae(const fs::path& path) {
  VaeSource found = open_vae(path, nullptr);
  if (found.tiny) return *std::move(found.tiny);
  throw Error(Code::model_unsupported, path.string() +
                                           ": is a whole autoencoder; previews are decoded with a tiny one (TAESD), "
                                           "and with the model's own where none is given");
}

}  // namespace redraw
