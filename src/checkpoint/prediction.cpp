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
constexpr std::string_view kByMark = "it holds the marker 'v_pred'";
constexpr std::array<std::string_view, 3> kTypes = {kEpsilon, kVelocity, "sample"};

std::optional<std::string> parameterization_of_yaml(const std::filesystem::path& file) {
  const std::filesystem::path yaml = yaml_beside(file);
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(yaml, ignored)) return std::nullopt;
  const std::string text = read_text_file(yaml, size_t{1} << 20, FileOf::model);
  constexpr std::string_view kKey = "parameterization:";
  const size_t at = text.find(kKey);
  if (at == std::string::npos) return std::nullopt;
  const size_t value = text.find_first_not_of(" \t\"'", at + kKey.size());
  return value != std::string::npos && text[value] == 'v' ? std::string(kVelocity) : std::string(kEpsilon);
}

/// How metadata spells the types: ModelSpec's word first, then what trainers write.
struct Spelling {
  std::string_view word;
  std::string_view type;
};
constexpr auto kSpellings = std::to_array<Spelling>({{"v", kVelocity},
                                                     {"epsilon", kEpsilon},
                                                     {kVelocity, kVelocity},
                                                     {"v-prediction", kVelocity},
                                                     {"v_pred", kVelocity},
                                                     {"vpred", kVelocity},
                                                     {"velocity", kVelocity},
                                                     {"eps", kEpsilon}});

std::optional<std::string> type_of_metadata(const WeightsFile& file) {
  const auto it = file.metadata().find(std::string(kPredictionKey));
  if (it == file.metadata().end()) return std::nullopt;
  const auto row = std::ranges::find(kSpellings, it->second, &Spelling::word);
  return row == kSpellings.end() ? std::nullopt : std::optional(std::string(row->type));
}

std::optional<std::string> type_of_kept(const KeptConfigs& kept) {
  const auto scheduler = kept.find("scheduler");
  if (scheduler == kept.end() || !scheduler->second.has("prediction_type")) return std::nullopt;
  return scheduler->second.string("prediction_type");
}

/// Marks of models that are trained with other noise levels and another scale of the picture.
struct EdmMark {
  std::string_view tensor;
  std::string_view model;
};
constexpr auto kEdmMarks = std::to_array<EdmMark>({{"edm_mean", "Playground 2.5"}, {"edm_vpred.sigma_max", "CosXL"}});

void refuse_edm(const WeightsFile& file) {
  for (const EdmMark& mark : kEdmMarks) {
    if (file.find(mark.tensor) == nullptr) continue;
    throw Error(Code::model_unsupported, file.path().string() + ": is trained in EDM's formulation (" +
                                             std::string(mark.model) + ", by its marker '" + std::string(mark.tensor) +
                                             "'), which redraw does not support");
  }
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
  const auto step = file.metadata().find(std::string(kTrainingStepKey));
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
                          (is_velocity ? "above" : "not above") + " 0.09; give --prediction if that is wrong"};
  }
  return {.type = std::string(kEpsilon),
          .decided_by = "nothing in the file says otherwise; give --prediction if it is another"};
}

}  // namespace

std::filesystem::path yaml_beside(const std::filesystem::path& file) {
  return std::filesystem::path(file).replace_extension(".yaml");
}

std::optional<std::string> prediction_in_metadata(std::string_view type) {
  const auto row = std::ranges::find(kSpellings, type, &Spelling::type);
  return row == kSpellings.end() ? std::nullopt : std::optional(std::string(row->word));
}

Prediction decide_prediction(const WeightsFile& file, const PartTensors& unet, Family family, std::string_view asked,
                             const KeptConfigs& kept) {
  refuse_edm(file);
  const bool is_zero_snr = file.find(kZeroSnrMark) != nullptr;
  const bool has_velocity_mark = file.find(kVelocityMark) != nullptr;
  const auto decided = [&](std::string type, std::string by) {
    Prediction prediction{.type = std::move(type), .decided_by = std::move(by), .is_zero_snr = is_zero_snr};
    if (is_zero_snr) prediction.marks.emplace_back(kZeroSnrMark);
    if (has_velocity_mark && prediction.type == kVelocity && asked.empty()) {
      // Whoever else said so, the mark says the same.
      if (prediction.decided_by != kByMark) prediction.decided_by += ", and " + std::string(kByMark);
      prediction.marks.emplace_back(kVelocityMark);
    }
    return prediction;
  };
  if (!asked.empty()) {
    if (std::find(kTypes.begin(), kTypes.end(), asked) == kTypes.end()) {
      throw Error(Code::unknown_name, unknown_name_message("prediction type", asked, kTypes));
    }
    return decided(std::string(asked), "asked for");
  }
  if (const auto type = parameterization_of_yaml(file.path())) return decided(*type, "the .yaml beside it says so");
  if (const auto type = type_of_kept(kept)) {
    return decided(*type, "its metadata '" + std::string(kKeptConfigsKey) + "' says so");
  }
  if (const auto type = type_of_metadata(file)) return decided(*type, "its metadata says so");
  if (has_velocity_mark) return decided(std::string(kVelocity), std::string(kByMark));
  if (family != Family::sd2)
    return decided(std::string(kEpsilon), "as every model of its family that does not say otherwise");
  const Prediction of_sd2 = decide_of_sd2(file, unet);
  return decided(of_sd2.type, of_sd2.decided_by);
}

}  // namespace redraw
