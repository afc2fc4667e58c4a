#include "checkpoint/single_file.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/listed.h"
#include "base/named_rows.h"
#include "checkpoint/other_places.h"
#include "checkpoint/part_configs.h"
#include "checkpoint/prediction.h"
#include "checkpoint/tensor_kinds.h"

namespace redraw {
namespace {

using nlohmann::json;

/// Where files keep a part: the names of its tensors begin with `prefix`, and `witness` is one of them.
struct PartPlace {
  std::string_view part;
  std::string_view prefix;
  std::string_view witness;
  bool is_open_clip = false;
};

// The first that fits is taken. The published prefix of each part comes first; files of a UNet or an autoencoder alone
// often have none.
constexpr std::string_view kUNetWitness = "input_blocks.0.0.weight";
constexpr std::string_view kVaeWitness = "decoder.conv_in.weight";
constexpr std::string_view kClipWitness = "embeddings.token_embedding.weight";
constexpr std::string_view kOpenClipWitness = "token_embedding.weight";
constexpr auto kPlaces = std::to_array<PartPlace>({
    {"unet", "model.diffusion_model.", kUNetWitness},
    {"unet", "diffusion_model.", kUNetWitness},
    {"unet", "", kUNetWitness},
    {"vae", "first_stage_model.", kVaeWitness},
    {"vae", "vae.", kVaeWitness},
    {"vae", "", kVaeWitness},
    {"text_encoder", "cond_stage_model.transformer.text_model.", kClipWitness},
    {"text_encoder", "cond_stage_model.transformer.", kClipWitness},
    {"text_encoder", "cond_stage_model.model.", kOpenClipWitness, true},
    {"text_encoder", "conditioner.embedders.0.transformer.text_model.", kClipWitness},
    {"text_encoder_2", "conditioner.embedders.1.model.", kOpenClipWitness, true},
    {"text_encoder_2", "conditioner.embedders.0.model.", kOpenClipWitness, true},
});

/// What a family has in common that no tensor tells.
struct FamilyRow {
  Family family;
  std::string_view pipeline_class;
  std::string_view scheduler_class;
  double scaling_factor;
  int64_t latent_side;
};
constexpr auto kFamilies = std::to_array<FamilyRow>({
    {Family::sd1, "StableDiffusionPipeline", "PNDMScheduler", 0.18215, 64},
    {Family::sd2, "StableDiffusionPipeline", "DDIMScheduler", 0.18215, 64},
    {Family::sdxl, "StableDiffusionXLPipeline", "EulerDiscreteScheduler", 0.13025, 128},
    {Family::sdxl_refiner, "StableDiffusionXLImg2ImgPipeline", "EulerDiscreteScheduler", 0.13025, 128},
});
constexpr int64_t kLatentSideOfSd2Velocity = 96;

std::vector<SingleFilePart> find_parts(const WeightsFile& file) {
  std::vector<SingleFilePart> parts;
  for (const PartPlace& place : kPlaces) {
    const bool is_known =
        std::any_of(parts.begin(), parts.end(), [&](const auto& part) { return part.name == place.part; });
    const PartTensors tensors(file, std::string(place.prefix));
    if (is_known || !tensors.has(place.witness)) continue;
    SingleFilePart part{
        .name = std::string(place.part), .prefix = std::string(place.prefix), .is_open_clip = place.is_open_clip};
    if (part.name.starts_with("text_encoder")) {
      part.stored_layers = part.is_open_clip ? stored_open_clip_layers(tensors) : stored_clip_layers(tensors);
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

struct Decided {
  Family family;
  std::string by;
};

// By its text encoders; where the file has none, by the width of the prompts that the network expects.
Decided decide_family(const SingleFile& single, const json& unet) {
  const SingleFilePart* first = single.find("text_encoder");
  const SingleFilePart* second = single.find("text_encoder_2");
  if (first != nullptr && second != nullptr) return {Family::sdxl, "it has two text encoders, CLIP and OpenCLIP"};
  if (second != nullptr) return {Family::sdxl_refiner, "it has the OpenCLIP text encoder of the two of SDXL alone"};
  if (first != nullptr && first->is_open_clip) return {Family::sd2, "its text encoder is OpenCLIP's"};
  if (first != nullptr) return {Family::sd1, "its text encoder is CLIP's"};
  const auto width = unet.value("cross_attention_dim", int64_t{0});
  const std::string by = "its network expects prompts of width " + std::to_string(width);
  if (width == 2048) return {Family::sdxl, by};
  if (width == 1280) return {Family::sdxl_refiner, by};
  return {width == 1024 ? Family::sd2 : Family::sd1, by};
}

json scheduler_config(const FamilyRow& family, const Prediction& prediction) {
  json config = {{"_class_name", family.scheduler_class},
                 {"_diffusers_version", "0.42.1"},
                 {"num_train_timesteps", 1000},
                 {"beta_start", 0.00085},
                 {"beta_end", 0.012},
                 {"beta_schedule", "scaled_linear"},
                 {"prediction_type", prediction.type},
                 {"timestep_spacing", prediction.is_zero_snr ? "trailing" : "leading"},
                 {"steps_offset", 1}};
  if (prediction.is_zero_snr) config["rescale_betas_zero_snr"] = true;
  if (family.family == Family::sd1 || family.family == Family::sd2) {
    config["clip_sample"] = false;
    config["set_alpha_to_one"] = false;
  }
  if (family.family == Family::sd1) config["skip_prk_steps"] = true;
  return config;
}

/// What a network's input channels make of a family's pipeline: diffusers has a class for each.
struct InputRow {
  int64_t channels;
  std::string_view sd, xl;
};
constexpr auto kInputs = std::to_array<InputRow>(
    {{9, "StableDiffusionInpaintPipeline", "StableDiffusionXLInpaintPipeline"},
     {8, "StableDiffusionInstructPix2PixPipeline", "StableDiffusionXLInstructPix2PixPipeline"}});

std::string pipeline_class_of(const FamilyRow& family, const json& unet) {
  const auto row = std::ranges::find(kInputs, unet.value("in_channels", int64_t{0}), &InputRow::channels);
  if (row == kInputs.end()) return std::string(family.pipeline_class);
  return std::string(family.family == Family::sdxl ? row->xl : row->sd);
}

// SD 2 was trained on the last but one of ViT-H's 24 layers. A folder stores the 23 that are used, and so does a file
// that was made of one.
bool has_lost_its_last_layer(const PartTensors& text, int64_t stored_layers) {
  return stored_layers == 23 && text.extent("token_embedding.weight", 1) == 1024;
}

// What SD 2's and SDXL's own code does with the layers: the former drops the last, the latter keeps all.
json text_config(const WeightsFile& file, const SingleFilePart& part, Family family) {
  const PartTensors tensors(file, part.prefix);
  if (!part.is_open_clip) return clip_config_of(tensors);
  const bool drops_last = family == Family::sd2;
  const bool is_stored = drops_last && !has_lost_its_last_layer(tensors, part.stored_layers);
  json config = open_clip_config_of(tensors, part.stored_layers - (is_stored ? 1 : 0));
  if (const TensorEntry* projection = tensors.find("text_projection"); projection != nullptr && !drops_last) {
    config["architectures"] = {"CLIPTextModelWithProjection"};
    config["projection_dim"] = tensors.extent("text_projection", 1);
  }
  return config;
}

// Kinds whose network takes what nothing here makes.
void refuse_unbuilt(const WeightsFile& file, Family family, const json& unet) {
  const auto refuse = [&](const std::string& what) {
    throw Error(Code::model_unsupported, file.path().string() + ": " + what);
  };
  const auto channels = unet.value("in_channels", int64_t{0});
  if (channels == 5) {
    refuse(
        "is Stable Diffusion's depth model (5 input channels); it needs an estimate of the picture's depth, which "
        "redraw does not support; use the base model");
  }
  if (channels == 7) refuse("is Stable Diffusion's upscaler (7 input channels), which redraw does not support");
  const bool is_xl = family == Family::sdxl || family == Family::sdxl_refiner;
  if (unet.contains("projection_class_embeddings_input_dim") && !is_xl) {
    refuse("is conditioned on more than prompts (unCLIP), which redraw does not support");
  }
}

// A file without Stable Diffusion's network, where it is known what it is instead.
void refuse_other_kind(const WeightsFile& file) {
  const std::string where = file.path().string() + ": is ";
  const std::string kind = kind_of_file(file);
  if (const std::filesystem::path folder = folder_of_part(file.path()); !folder.empty()) {
    throw Error(Code::model_unsupported, where + "a part of a diffusers folder" +
                                             (kind.empty() ? "" : " (" + kind.substr(0, kind.find(';')) + ")") +
                                             ": give the folder " + folder.string());
  }
  if (!kind.empty()) throw Error(Code::model_unsupported, where + kind);
}

}  // namespace

const SingleFilePart* SingleFile::find(std::string_view part) const {
  const auto it = std::find_if(parts.begin(), parts.end(), [&](const SingleFilePart& row) { return row.name == part; });
  return it == parts.end() ? nullptr : &*it;
}

std::string_view published_prefix(Family family, std::string_view part) {
  if (part == "unet") return "model.diffusion_model.";
  if (part == "vae") return "first_stage_model.";
  if (family == Family::sd1) return "cond_stage_model.transformer.text_model.";
  if (family == Family::sd2) return "cond_stage_model.model.";
  if (family == Family::sdxl_refiner) return "conditioner.embedders.0.model.";
  return part == "text_encoder" ? "conditioner.embedders.0.transformer.text_model." : "conditioner.embedders.1.model.";
}

SingleFile read_single_file(const WeightsFile& file, std::string_view prediction) {
  SingleFile single{.family = Family::sd1, .parts = find_parts(file), .configs = {}, .decisions = {}};
  const SingleFilePart* unet_part = single.find("unet");
  if (unet_part == nullptr) {
    refuse_other_kind(file);
    const std::string found = single.parts.empty() ? "no part of one" : "parts: " + joined(names_of_rows(single.parts));
    throw Error(Code::model_unsupported, file.path().string() +
                                             ": is not a Stable Diffusion model: it has no tensor '" +
                                             std::string(kUNetWitness) + "' (found: " + found + ")");
  }
  refuse_unbuilt_network(file, unet_part->prefix);
  const PartTensors unet_tensors(file, unet_part->prefix);
  json unet = unet_config_of(unet_tensors, 0);
  const Decided decided = decide_family(single, unet);
  single.family = decided.family;
  refuse_unbuilt(file, single.family, unet);
  const FamilyRow& family = kFamilies.at(static_cast<size_t>(single.family));
  const KeptConfigs kept = read_kept_configs(file);
  const Prediction predicted = decide_prediction(file, unet_tensors, single.family, prediction, kept);
  const bool is_large_sd2 = single.family == Family::sd2 && predicted.type == "v_prediction";
  const int64_t side = is_large_sd2 ? kLatentSideOfSd2Velocity : family.latent_side;
  unet["sample_size"] = side;

  const std::string where = file.path().string();
  const auto add = [&](const std::string& part, const json& config) {
    single.configs.parts.emplace(part, JsonObject::of(config, where + " (" + part + ")"));
  };
  single.configs.pipeline_class = pipeline_class_of(family, unet);
  single.configs.force_zeros_for_empty_prompt = single.family == Family::sdxl;
  add("unet", unet);
  add("scheduler", scheduler_config(family, predicted));
  for (const SingleFilePart& part : single.parts) {
    if (part.name == "vae") add("vae", vae_config_of(PartTensors(file, part.prefix), family.scaling_factor, side * 8));
    if (part.name.starts_with("text_encoder")) add(part.name, text_config(file, part, single.family));
  }
  if (single.family == Family::sdxl_refiner) {
    single.configs.index = JsonObject::parse(R"({"requires_aesthetics_score": true})", where);
  }
  put_into(single.configs, kept);
  // What the user or a .yaml says of the prediction type goes before redraw's metadata.
  json scheduler = single.configs.part("scheduler").raw();
  scheduler["prediction_type"] = predicted.type;
  single.configs.parts.erase("scheduler");
  add("scheduler", scheduler);
  single.decisions = {std::string(name_of(single.family)) + ": " + decided.by,
                      "prediction " + predicted.type + ": " + predicted.decided_by};
  if (predicted.is_zero_snr) {
    single.decisions.push_back("zero terminal SNR: it holds the marker '" + std::string(kZeroSnrMark) + "'");
  }
  if (!kept.empty()) {
    single.decisions.push_back(listed(field_names(kept)) + ": its metadata '" + std::string(kKeptConfigsKey) +
                               "' says so");
  }
  single.marks = predicted.marks;
  return single;
}

}  // namespace redraw
