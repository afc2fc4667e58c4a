#include "app/model_summary.h"

#include <array>
#include <string_view>

#include "app/model_files.h"
#include "checkpoint/model_spec.h"
#include "weights/weights_file.h"

namespace redraw {
ModelSummary summarise_model(const std::filesystem::path& path) {
  constexpr std::array<std::string_view, 3> kPartsWithWeights = {"text_encoder", "unet", "vae"};
  const ModelFiles files = model_files(path);
  ModelSummary summary{.format = {}, .family = "unknown", .prediction_type = {}, .bytes = files.bytes};
  if (!files.is_folder) {
    summary.format = open_weights(path)->format();
    return summary;
  }
  const DiffusersFolder folder = DiffusersFolder::open(path);
  const ModelSpec spec = read_model_spec(folder);
  summary.family = spec.family;
  summary.prediction_type = name_of(spec.scheduler.prediction_type);
  for (const std::string_view part : kPartsWithWeights) summary.format = folder.weights(part)->format();
  static_cast<void>(folder.part("tokenizer"));
  return summary;
}

}  // namespace redraw
