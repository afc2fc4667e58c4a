#include "checkpoint/self_description.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "base/input_file.h"
#include "base/json_text.h"
#include "base/listed.h"
#include "base/utf8.h"
#include "checkpoint/kept_configs.h"
#include "checkpoint/planned_file.h"
#include "checkpoint/prediction.h"
#include "checkpoint/stated_defaults.h"
#include "weights/safetensors/safetensors_header.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostBytes = kMaxMetadataBytes / 2;
constexpr size_t kShownBytes = 100;                  // of a key
constexpr const char* kFormatKey = "format";         // transformers refuses metadata without it
constexpr const char* kTotalSizeKey = "total_size";  // of shards

/// Metadata that is not copied.
struct NotCopied {
  std::string_view key;  ///< with a '*' at its end: all that begin so
  std::string_view why;  ///< for the note; empty: it is written anew, or speaks of the old file's layout

  bool is_of(std::string_view name) const {
    return key.ends_with('*') ? name.starts_with(key.substr(0, key.size() - 1)) : name == key;
  }
};
constexpr auto kNotCopied = std::to_array<NotCopied>({
    {kFormatKey, ""},
    {kTotalSizeKey, ""},
    {kKeptConfigsKey, ""},
    {kDefaultsKey, ""},
    {"redraw.*", "of another version of redraw"},
    {kPredictionKey, ""},
    {"modelspec.hash_*", "a checksum of the old file"},
    {"sshs_*", "a checksum of the old file"},
    {"modelspec.thumbnail*", "a picture"},
});

/// Fields that say how pictures are usually made, and not what the networks compute: other programs choose these
/// themselves, so nothing goes wrong where they do not know them.
struct Habit {
  std::string_view part;
  std::string_view field;
};
constexpr auto kHabits = std::to_array<Habit>({
    {"scheduler", "_class_name"},
    {"scheduler", "timestep_spacing"},
    {"scheduler", "steps_offset"},
    {"scheduler", "set_alpha_to_one"},
    {"scheduler", "clip_sample"},
    {"scheduler", "clip_sample_range"},
    {"scheduler", "use_karras_sigmas"},
    {"scheduler", "use_exponential_sigmas"},
    {"scheduler", "use_beta_sigmas"},
    {"scheduler", "interpolation_type"},
    {"scheduler", "final_sigmas_type"},
    {"scheduler", "algorithm_type"},
    {"scheduler", "solver_order"},
    {"scheduler", "solver_type"},
    {"scheduler", "predictor_order"},
    {"scheduler", "corrector_order"},
    {"scheduler", "lower_order_final"},
    {"scheduler", "euler_at_final"},
    {"scheduler", "use_lu_lambdas"},
    {"scheduler", "predict_x0"},
    {"scheduler", "disable_corrector"},
    {"scheduler", "lambda_min_clipped"},
    {"scheduler", "skip_prk_steps"},
    {"scheduler", "original_inference_steps"},
    {"scheduler", "timestep_scaling"},
    {"unet", "sample_size"},
    {"vae", "sample_size"},
    {"text_encoder", "eos_token_id"},  // of CLIP's own vocabulary, the only one that one file has
    {"text_encoder_2", "eos_token_id"},
    {kModelIndex, "force_zeros_for_empty_prompt"},
});

bool is_habit(std::string_view part, std::string_view field) {
  return std::ranges::any_of(kHabits, [&](const Habit& row) { return row.part == part && row.field == field; });
}

std::string value_text(const nlohmann::json& value) {
  std::string text = value.is_null() ? "not said" : json_text(value);
  const std::string_view shown = cut_utf8(text, 60);
  return shown.size() < text.size() ? std::string(shown) + "..." : text;
}

std::string shown_key(std::string_view key) {
  return std::string(cut_utf8(key, kShownBytes));
}

// What the files of the other parts say of themselves is of no use to the whole; a single file says it once.
std::vector<std::string> metadata_of_other_parts(const Checkpoint& source) {
  std::vector<std::string> names;
  const WeightsFile* main = source.part("unet").file.get();
  for (const PartSource& part : source.parts()) {
    if (part.file.get() == main) continue;
    for (const auto& [key, value] : part.file->metadata()) {
      if (key != kFormatKey && key != kTotalSizeKey) names.push_back(part.name + ": " + shown_key(key));
    }
    for (const std::string& key : part.file->metadata_passed_over()) names.push_back(part.name + ": " + key);
  }
  return names;
}

void note_kept(const KeptConfigs& kept, std::vector<std::string>& notes) {
  std::vector<std::string> habits, others;
  for (const auto& [part, fields] : kept) {
    for (const auto& [name, value] : fields.raw().items()) {
      (is_habit(part, name) ? habits : others).push_back(part + "." + name + " " + value_text(value));
    }
  }
  const std::string where = "is kept in the metadata '" + std::string(kKeptConfigsKey) + "'";
  if (!habits.empty()) notes.push_back("how the model is sampled " + where + ": " + listed(habits));
  if (!others.empty()) {
    notes.push_back("other programs ignore " + listed(others) + ", which " + where +
                    ", so their pictures will differ; give them a folder");
  }
}

// ComfyUI and AUTOMATIC1111's web UI look for the marks in SDXL alone.
void note_prediction(const ModelSpec& spec, std::vector<std::string>& notes) {
  const bool is_xl = spec.family == Family::sdxl || spec.family == Family::sdxl_refiner;
  const PredictionType type = spec.scheduler.prediction_type;
  if (is_xl || (type == PredictionType::epsilon && spec.family != Family::sd2)) return;
  notes.push_back("prediction " + std::string(name_of(type)) + " is written as '" + std::string(kPredictionKey) +
                  "', which redraw reads; other programs may guess it of " + std::string(name_of(spec.family)) +
                  ": tell them");
}

// The fields that a reader of the one file would understand differently, and why where that can be told.
std::string not_said(const KeptConfigs& differing, const fs::path& destination) {
  const fs::path yaml = yaml_beside(destination);
  const std::vector<std::string> names = field_names(differing);
  std::string text = names.empty() ? "the shapes of its parts" : listed(names);
  if (is_there(yaml)) text += " (" + yaml.string() + ", which is read before the file itself, may say otherwise)";
  return text;
}

}  // namespace

TensorToWrite mark_to_write(const std::string& name) {
  return {.name = name, .dtype = DType::f32, .shape = {0}, .write = [](const ByteSink&) {}};
}

SelfDescription carried_metadata(const Checkpoint& source) {
  SelfDescription carried;
  std::vector<std::string> lost;
  size_t bytes = 0;
  for (const auto& entry : source.part("unet").file->metadata()) {
    const std::string& key = entry.first;  // clang 14 captures no structured binding
    const std::string& value = entry.second;
    const auto row = std::ranges::find_if(kNotCopied, [&](const NotCopied& r) { return r.is_of(key); });
    if (row != kNotCopied.end()) {
      if (!row->why.empty()) lost.push_back(shown_key(key) + " (" + std::string(row->why) + ")");
    } else if (value.size() > kMaxMetadataValue || bytes + key.size() + value.size() > kMostBytes) {
      lost.push_back(shown_key(key) + " (" + std::to_string(value.size()) + " bytes)");
    } else {
      bytes += key.size() + value.size();
      carried.metadata.emplace(key, value);
    }
  }
  for (const std::string& key : source.part("unet").file->metadata_passed_over()) {
    lost.push_back(key + " (too long)");
  }
  std::ranges::move(metadata_of_other_parts(source), std::back_inserter(lost));
  if (!lost.empty()) carried.notes.push_back("left out of the metadata: " + listed(lost));
  carried.metadata.emplace(kFormatKey, "pt");
  return carried;
}

SelfDescription describe_single_file(const Checkpoint& source, const std::vector<TensorToWrite>& tensors,
                                     const fs::path& destination) {
  SelfDescription own = carried_metadata(source);
  const SchedulerConfig& scheduler = source.spec().scheduler;
  if (const auto word = prediction_in_metadata(name_of(scheduler.prediction_type))) {
    own.metadata.emplace(kPredictionKey, *word);
  }
  if (scheduler.prediction_type == PredictionType::v_prediction) own.marks.emplace_back(kVelocityMark);
  if (scheduler.rescale_betas_zero_snr) own.marks.emplace_back(kZeroSnrMark);
  if (const std::optional<JsonObject> defaults = stated_defaults(source)) {
    own.metadata.emplace(kDefaultsKey, defaults->raw().dump());
  }

  std::vector<TensorToWrite> all = tensors;
  for (const std::string& mark : own.marks) all.push_back(mark_to_write(mark));
  const auto as_read = [&] { return Checkpoint::open(std::make_shared<PlannedFile>(destination, all, own.metadata)); };
  KeptConfigs kept;
  {
    const Checkpoint plain = as_read();
    if (!means_the_same(plain.spec(), source.spec())) kept = fields_to_keep(source.configs(), plain.configs());
  }
  if (!kept.empty()) own.metadata.emplace(kKeptConfigsKey, json_text(kept));
  const Checkpoint result = as_read();
  result.require_whole();
  if (!means_the_same(result.spec(), source.spec())) {
    throw Error(
        Code::model_unsupported,
        destination.string() + ": nothing was written, because this model would be read differently from one file: " +
            not_said(fields_to_keep(source.configs(), result.configs()), destination) + "; convert it to a folder");
  }
  note_prediction(source.spec(), own.notes);
  note_kept(kept, own.notes);
  return own;
}

}  // namespace redraw
