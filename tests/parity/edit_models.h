// Whole models whose network sees more than the latent, made from the model in the box.
#pragma once

#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "parity/test_models.h"
#include "support/temporary_folder.h"
#include "weights/safetensors/safetensors.h"
#include "weights/safetensors/safetensors_writer.h"

namespace redraw {

struct EditModel {
  const char* pipeline_class;
  int64_t in_channels;
};
inline constexpr auto kEditModels =
    std::to_array<EditModel>({{"StableDiffusionInpaintPipeline", 9}, {"StableDiffusionInstructPix2PixPipeline", 8}});

/// Makes the model in the box with a first convolution that also sees the extra channels, through made-up weights.
/// Returns the model's folder within `folder`.
inline std::filesystem::path edit_model(const TemporaryFolder& folder, const EditModel& kind) {
  const std::filesystem::path root = folder / kind.pipeline_class;
  std::filesystem::copy(box_model(), root, std::filesystem::copy_options::recursive);
  const auto change = [&](const char* name, const char* field, const nlohmann::json& value) {
    nlohmann::json json = nlohmann::json::parse(std::ifstream(root / name));
    json[field] = value;
    std::ofstream(root / name, std::ios::trunc) << json;
  };
  change("model_index.json", "_class_name", kind.pipeline_class);
  change("unet/config.json", "in_channels", kind.in_channels);

  const auto file = DiffusersFolder::open(box_model()).weights("unet");
  std::vector<TensorToWrite> tensors;
  std::vector<float> wide;
  for (const TensorEntry& entry : file->tensors()) {
    if (entry.name != "conv_in.weight") {
      tensors.push_back(
          {entry.name, entry.dtype, entry.shape, [&file, &entry](const ByteSink& sink) { sink(file->bytes(entry)); }});
      continue;
    }
    const Tensor narrow = file->read_f32(entry.name);
    const int64_t out = narrow.dim(0), in = narrow.dim(1), kernel = narrow.dim(2) * narrow.dim(3);
    for (int64_t o = 0; o < out; ++o) {
      for (int64_t i = 0; i < kind.in_channels; ++i) {
        for (int64_t k = 0; k < kernel; ++k) {
          wide.push_back(i < in ? narrow.data()[(o * in + i) * kernel + k]
                                : 0.05f * std::sin(static_cast<float>(7 * o + 3 * i + k)));
        }
      }
    }
    tensors.push_back({entry.name, DType::f32, Shape{out, kind.in_channels, narrow.dim(2), narrow.dim(3)},
                       [&wide](const ByteSink& sink) { sink(std::as_bytes(std::span(wide))); }});
  }
  std::filesystem::path weights;
  for (const auto& at : std::filesystem::directory_iterator(root / "unet")) {
    if (at.path().extension() == ".safetensors") weights = at.path();
  }
  std::filesystem::remove(weights);
  write_safetensors(weights, tensors);
  return root;
}

}  // namespace redraw
