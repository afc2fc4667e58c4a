#include "library/model_tools.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/byte_size.h"
#include "base/error.h"
#include "base/json_text.h"
#include "base/named_rows.h"
#include "checkpoint/convert.h"
#include "checkpoint/standard_tokenizer.h"
#include "library/default_model.h"
#include "library/model_files.h"
#include "library/model_list_text.h"
#include "library/model_report.h"
#include "library/resolve_model.h"

namespace redraw {
namespace {

Checkpoint open(const ModelToOpen& asked) {
  const ChosenModel chosen =
      choose_model(asked.model, {.vae = asked.vae, .prediction = asked.prediction, .configs = asked.model_config},
                   asked.models_root);
  return Checkpoint::open(chosen.path, chosen.options);
}

template <typename Value>
struct Named {
  std::string_view name;
  Value value;
};
constexpr auto kLayouts = std::to_array<Named<Layout>>({{"ldm", Layout::ldm}, {"diffusers", Layout::diffusers}});
constexpr auto kPrecisions = std::to_array<Named<std::optional<DType>>>(
    {{"keep", std::nullopt}, {"f32", DType::f32}, {"f16", DType::f16}, {"bf16", DType::bf16}});

}  // namespace

ModelReport inspect_model(const ModelToOpen& asked) {
  const Checkpoint checkpoint = open(asked);
  const ModelInspection inspection = inspect(checkpoint);
  const std::string sha256 = model_sha256(model_files(checkpoint.path()));
  return {.text = model_report_text(checkpoint, inspection, sha256),
          .json = json_text(model_report_json(checkpoint, inspection, sha256)),
          .is_whole = inspection.is_whole()};
}

std::string convert_model(const ModelToOpen& asked, const Conversion& conversion, bool json) {
  const bool is_file = conversion.destination.ends_with(".safetensors");
  const ConvertRequest request{.layout = conversion.layout.empty()
                                             ? (is_file ? Layout::ldm : Layout::diffusers)
                                             : row_named(kLayouts, "layout", conversion.layout).value,
                               .dtype = row_named(kPrecisions, "precision", conversion.precision).value,
                               .vocabulary = clip_vocabulary_folder(),
                               .is_overwriting = conversion.is_overwriting};
  const Checkpoint checkpoint = open(asked);
  if (request.layout == Layout::ldm) require_standard_tokenizers(checkpoint, request.vocabulary);
  const Converted converted = convert(checkpoint, conversion.destination, request);
  if (json) {
    nlohmann::json files = nlohmann::json::array();
    for (const auto& file : converted.files) files.push_back(file.string());
    return json_text({{"files", files},
                      {"bytes", converted.bytes},
                      {"narrowed", converted.narrowed},
                      {"left_out", converted.left_out},
                      {"notes", converted.notes}});
  }
  std::string text;
  for (const auto& file : converted.files) text += fmt::format("wrote {}\n", file.string());
  text += fmt::format("{} in all\n", byte_size(converted.bytes));
  for (const std::string& note : converted.notes) text += note + "\n";
  if (!converted.narrowed.empty()) {
    text +=
        fmt::format("wrote {} F64 tensors as F32, the highest precision that redraw computes with; the first is {}\n",
                    converted.narrowed.size(), converted.narrowed.front());
  }
  if (!converted.left_out.empty()) {
    text += fmt::format("left out {} tensors that belong to no network; the first is {}\n", converted.left_out.size(),
                        converted.left_out.front());
  }
  return text;
}

}  // namespace redraw
