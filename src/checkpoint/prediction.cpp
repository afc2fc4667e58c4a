#include "checkpoint/prediction.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/input_file.h"
#include "base/suggest.h"

namespace redraw {
namespace {

constexpr std::string_view kEpsilon = "epsilon";
constexpr std::string_view kVelocity = "v_prediction";
constexpr std::array<std::string_view, 3> kTypes = {kEpsilon, kVelocity, "sample"};

std::optional<std::string> parameterization_of_yaml(const std::filesystem::path& file) {
  std::filesystem::path yaml = file;
  yaml.replace_extension(".yaml");
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(yaml, ignored)) return std::nullopt;
  const std::string text = read_text_file(yaml, size_t{1} << 20, FileOf::model);
  constexpr std::string_view kKey = "parameterization:";
  const size_t at = text.find(kKey);
  if (at == std::string::npos) return std::nullopt;
  const size_t value = text.find_first_not_of(" \t\"'", at + kKey.size());
  return value != std::string::npos && text[value] == 'v' ? std::string(kVelocity) : std::string(kEpsilon);
}

std::optional<std::string> type_of_metadata(const WeightsFile& file) {
  const auto it = file.metadata().find("modelspec.prediction_type");
  if (it == file.metadata().end()) return std::nullopt;
  if (it->second == "v" || it->second == kVelocity) return std::string(kVelocity);
  if (it->second == kEpsilon) return std::string(kEpsilon);
  return std::nullopt;
}

// The standard deviation of the bias that ComfyUI looks at; empty when the network has no such layer.
std::optional<double> spread_of_last_norm(const PartTensors& unet) {
  const TensorEntry* entry = unet.find("output_blocks.11.1.transformer_blocks.0.norm1.bias");
  if (entry == nullptr || entry->shape.elements() < 2) return std::nullopt;
  std::vector<float> values(static_cast<size_t>(entry->shape.elements()));
  unet.file().read_f32(*entry, 0, values);
  double sum = 0;
  for (const float value : values) sum += value;
  const double mean = sum / static_cast<double>(values.size());
  double squares = 0;
  for (const float value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size()));
}

Prediction decide_of_sd2(const WeightsFile& file, const PartTensors& unet) {
  const auto step = file.metadata().find("global_step");
  if (step != file.metadata().end()) {
    const bool is_base = step->second == "875000";
    return {.type = std::string(is_base ? kEpsilon : kVelocity),
            .decided_by = "its training ended at step " + step->second +
                          (is_base ? ", as that of the 512 px base model" : ", not at the 512 px base model's 875000")};
  }
  constexpr double kSpread = 0.09;
  if (const std::optional<double> spread = spread_of_last_norm(unet)) {
    const bool is_velocity = *spread > kSpread;
    std::string shown = std::to_string(*spread);
    shown.resize(shown.find('.') + 4);
    return {.type = std::string(is_velocity ? kVelocity : kEpsilon),
            .decided_by = "the spread of the last attention's norm, " + shown + ", is " +
                          (is_velocity ? "above" : "not above") + " 0.09; say --prediction if that is wrong"};
  }
  return {.type = std::string(kEpsilon),
          .decided_by = "nothing in the file says otherwise; say --prediction if it does"};
}

}  // namespace

Prediction decide_prediction(const WeightsFile& file, const PartTensors& unet, Family family, std::string_view asked) {
  if (file.find("edm_mean") != nullptr) {
    throw Error(Code::model_unsupported,
                file.path().string() + ": is trained in EDM's formulation (Playground 2.5), which is not built");
  }
  const bool is_zero_snr = file.find("ztsnr") != nullptr;
  const auto decided = [&](std::string type, std::string by) {
    return Prediction{.type = std::move(type), .decided_by = std::move(by), .is_zero_snr = is_zero_snr};
  };
  if (!asked.empty()) {
    if (std::find(kTypes.begin(), kTypes.end(), asked) == kTypes.end()) {
      throw Error(Code::unknown_name, unknown_name_message("prediction type", asked, kTypes));
    }
    return decided(std::string(asked), "asked for");
  }
  if (const auto type = parameterization_of_yaml(file.path())) return decided(*type, "the .yaml beside it says so");
  if (const auto type = type_of_metadata(file)) return decided(*type, "its metadata says so");
  if (file.find("v_pred") != nullptr) return decided(std::string(kVelocity), "it holds the marker 'v_pred'");
  if (family != Family::sd2) return decided(std::string(kEpsilon), "as all of its family unless they say otherwise");
  return decide_of_sd2(file, unet);
}

}  // namespace redraw
