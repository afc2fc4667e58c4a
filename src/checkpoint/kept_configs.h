// What a single file says of its configurations in redraw's own metadata, where tensors and marks cannot say it.
// Internal to checkpoint.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/model_configs.h"
#include "weights/metadata_keys.h"
#include "weights/weights_file.h"

namespace redraw {

/// Stands for model_index.json among the parts.
inline constexpr std::string_view kModelIndex = "model_index";

/// Part -> the fields of its configuration that go before what is worked out from the tensors; null: not said.
using KeptConfigs = std::map<std::string, JsonObject, std::less<>>;

/// Those of a file; none: empty. Throws Error: json_malformed; json_wrong_type for what is no object of objects;
/// model_unsupported for a part that Stable Diffusion has not. Values are checked where configurations are parsed.
KeptConfigs read_kept_configs(const WeightsFile& file);

/// Puts the fields into the configurations of the parts that the model has.
void put_into(ModelConfigs& configs, const KeptConfigs& kept);

/// The fewest fields that make `worked_out` mean what `model` means. A field counts where another value of it gives
/// another ModelSpec, so that spellings, defaults and fields that nobody reads do not.
KeptConfigs fields_to_keep(const ModelConfigs& model, const ModelConfigs& worked_out);

/// "scheduler.beta_start", ...
std::vector<std::string> field_names(const KeptConfigs& kept);

/// As JSON, for the metadata.
std::string json_text(const KeptConfigs& kept);

}  // namespace redraw
