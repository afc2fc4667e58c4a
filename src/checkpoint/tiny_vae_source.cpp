#include "checkpoint/tiny_vae_source.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "checkpoint/part_tensors.h"
#include "checkpoint/tiny_vae_halves.h"
#include "checkpoint/tiny_vae_naming.h"
#include "models/tiny_autoencoder_names.h"

namespace redraw {
namespace {

// The extent of a half's first convolution.
int64_t extent(const WeightsFile& file, const TinyNaming& naming, TinyAutoencoderPart part, size_t axis) {
  constexpr int64_t kMost = 1 << 16;
  const std::string name = tiny_vae_stored_name(naming, part, tiny_autoencoder_tensors({}, part).front());
  const int64_t extent = PartTensors(file, "").extent(name, axis);
  if (extent >= 1 && extent <= kMost) return extent;
  throw Error(Code::model_unsupported, file.path().string() + ": '" + name + "' has the shape " +
                                           file.require(name).shape.to_string() +
                                           ", which no tiny autoencoder has there");
}

TinyAutoencoderConfig config_by_shapes(const WeightsFile& file, const TinyNaming& naming, bool has_encoder) {
  TinyAutoencoderConfig config;
  config.decoder_channels = extent(file, naming, TinyAutoencoderPart::decoder, 0);
  config.latent_channels = extent(file, naming, TinyAutoencoderPart::decoder, 1);
  if (has_encoder) config.encoder_channels = extent(file, naming, TinyAutoencoderPart::encoder, 0);
  return config;
}

void add_keys(std::vector<KeyRow>& keys, const TinyNaming& naming, TinyAutoencoderPart part,
              const TinyAutoencoderConfig& config) {
  for (const TinyAutoencoderTensor& tensor : tiny_autoencoder_tensors(config, part)) {
    keys.push_back({.name = tensor.name,
                    .ldm_name = tiny_vae_stored_name(naming, part, tensor),
                    .shape = tensor.shape,
                    .ldm_shape = tensor.shape});
  }
}

void refuse_others(const WeightsFile& file, const std::vector<KeyRow>& keys) {
  std::set<std::string_view> known;
  for (const KeyRow& row : keys) known.insert(row.ldm_name);
  const auto tensors = file.tensors();
  const auto other =
      std::ranges::find_if(tensors, [&](const TensorEntry& entry) { return !known.contains(entry.name); });
  if (other == tensors.end()) return;
  const auto count = std::ranges::count_if(tensors, [&](const TensorEntry& e) { return !known.contains(e.name); });
  throw Error(Code::tensor_unexpected,
              file.path().string() + ": looks like a tiny autoencoder (TAESD), but has " + std::to_string(count) +
                  " tensors that the known ones do not have, the first '" + other->name +
                  "'; it seems to be a newer variant, whose pictures would be wrong without them");
}

// " as taesd_decoder.pth", where the encoder's name tells.
std::string decoder_name(const std::filesystem::path& encoder) {
  const std::optional<std::filesystem::path> name = name_of_other_half(encoder);
  return name ? " as " + name->filename().string() : "";
}

}  // namespace

bool is_tiny_autoencoder(const JsonObject& config) {
  return config.string("_class_name", "") == "AutoencoderTiny";
}

std::optional<TinyVaeSource> find_tiny_vae(const std::shared_ptr<const WeightsFile>& file, const JsonObject* stated) {
  for (const TinyNaming& naming : tiny_vae_namings()) {
    const bool has_encoder = has_tiny_vae_half(*file, naming, TinyAutoencoderPart::encoder);
    const bool has_decoder = has_tiny_vae_half(*file, naming, TinyAutoencoderPart::decoder);
    if (!has_encoder && !has_decoder) continue;
    if (!has_decoder) {
      throw Error(Code::model_part_missing, file->path().string() +
                                                ": holds the encoder of a tiny autoencoder without its decoder, so "
                                                "no picture could be made; put the decoder beside it" +
                                                decoder_name(file->path()) + ", or give a file with both");
    }
    TinyVaeSource found;
    found.config =
        stated != nullptr ? parse_tiny_autoencoder_config(*stated) : config_by_shapes(*file, naming, has_encoder);
    found.has_encoder = has_encoder;
    found.source = {.name = "vae", .file = file, .layout = naming.layout, .keys = {}};
    if (has_encoder) add_keys(found.source.keys, naming, TinyAutoencoderPart::encoder, found.config);
    add_keys(found.source.keys, naming, TinyAutoencoderPart::decoder, found.config);
    refuse_others(*file, found.source.keys);
    return found;
  }
  return std::nullopt;
}

}  // namespace redraw
