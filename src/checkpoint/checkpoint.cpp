#include "checkpoint/checkpoint.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/input_file.h"
#include "checkpoint/other_places.h"
#include "checkpoint/part_tensors.h"
#include "checkpoint/single_file.h"
#include "checkpoint/vae_source.h"
#include "weights/open_weights.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

// A path near a model, where another one should be given.
void refuse_other_place(const fs::path& path) {
  if (!is_folder(path)) {
    const std::string advice = advice_for_file(path);
    if (!advice.empty()) throw Error(Code::model_unsupported, path.string() + ": " + advice);
    return;
  }
  if (is_there(path / "model_index.json")) return;
  const std::string advice = advice_for_folder(path);
  if (advice.empty()) return;  // DiffusersFolder says what it lacks
  throw Error(Code::model_not_a_folder,
              path.string() + ": is not a diffusers folder (it has no model_index.json): it " + advice);
}

std::string name_for_people(const fs::path& path, Layout layout) {
  const fs::path whole = fs::absolute(path).lexically_normal();
  const fs::path name = whole.has_filename() ? whole : whole.parent_path();
  return (layout == Layout::ldm ? name.stem() : name.filename()).string();
}

// A configuration with one field set to something else.
JsonObject with_field(const JsonObject& config, const char* field, const nlohmann::json& value) {
  nlohmann::json changed = config.raw();
  changed[field] = value;
  return JsonObject::of(std::move(changed), config.where());
}

void set_part(ModelConfigs& configs, const std::string& part, JsonObject config) {
  configs.parts.erase(part);
  configs.parts.emplace(part, std::move(config));
}

// What a text encoder's file stores, where the configuration says what is used of it.
int64_t stored_layers(const PartSource& source) {
  const PartTensors tensors(*source.file, source.prefix);
  if (source.layout == Layout::ldm) return tensors.count("transformer.resblocks.", ".ln_1.weight");
  return tensors.count("text_model.encoder.layers.", ".layer_norm1.weight");
}

// A tiny autoencoder has no sizes of its own to offer: it must be for the model's latents.
void check_fits(const TinyAutoencoderConfig& tiny, const ModelSpec& spec, const std::string& where) {
  if (tiny.latent_channels != spec.vae.latent_channels) {
    throw Error(Code::model_unsupported, where + ": is for latents of " + std::to_string(tiny.latent_channels) +
                                             " channels; this model's have " +
                                             std::to_string(spec.vae.latent_channels));
  }
  if (tiny.downscale() != spec.vae.downscale()) {
    throw Error(Code::model_unsupported, where + ": reduces pictures by " + std::to_string(tiny.downscale()) +
                                             "; this model's autoencoder by " + std::to_string(spec.vae.downscale()));
  }
}

}  // namespace

Checkpoint Checkpoint::open(const fs::path& path, const CheckpointOptions& options) {
  refuse_other_place(path);
  if (!is_folder(path)) return open(open_weights(path), options);
  Checkpoint checkpoint;
  checkpoint.path_ = path;
  checkpoint.open_folder(options);
  if (!options.configs.empty()) {
    throw Error(Code::usage,
                path.string() + ": is a folder with configurations of its own; others are for single files");
  }
  checkpoint.finish(options);
  return checkpoint;
}

Checkpoint Checkpoint::open(const std::shared_ptr<const WeightsFile>& file, const CheckpointOptions& options) {
  Checkpoint checkpoint;
  checkpoint.path_ = file->path();
  checkpoint.layout_ = Layout::ldm;
  checkpoint.open_single_file(file, options);
  checkpoint.finish(options);
  return checkpoint;
}

void Checkpoint::finish(const CheckpointOptions& options) {
  if (!options.prediction.empty()) {
    set_part(configs_, "scheduler", with_field(configs_.part("scheduler"), "prediction_type", options.prediction));
  }
  const std::optional<TinyVaeSource> tiny = options.vae.empty() ? std::nullopt : replace_vae(options.vae);
  spec_ = make_model_spec(configs_, name_for_people(path_, layout_), path_.string());
  if (tiny) {
    check_fits(tiny->config, spec_, options.vae.string());
    spec_.tiny_vae = tiny->config;
    spec_.tiny_vae_encodes = tiny->has_encoder;
    spec_.vae_encodes = tiny->has_encoder || has_part("own_vae");
  }
  if (!options.preview_vae.empty()) add_preview_vae(options.preview_vae);
  if (layout_ == Layout::diffusers) {
    decisions_.insert(decisions_.begin(),
                      {std::string(name_of(spec_.family)) + ": by its configurations",
                       "prediction " + std::string(name_of(spec_.scheduler.prediction_type)) + ": " +
                           (options.prediction.empty() ? "by its scheduler's configuration" : "asked for")});
  }
  add_keys();
}

ModelSpec Checkpoint::read_spec(const fs::path& path, const CheckpointOptions& options) {
  refuse_other_place(path);
  if (!is_folder(path)) return open(path, options).spec();
  ModelConfigs configs = read_model_configs(DiffusersFolder::open(path), !options.vae.empty());
  if (!configs.has("vae")) return open(path, options).spec();
  if (!options.prediction.empty()) {
    set_part(configs, "scheduler", with_field(configs.part("scheduler"), "prediction_type", options.prediction));
  }
  return make_model_spec(configs, name_for_people(path, Layout::diffusers), path.string());
}

void Checkpoint::open_folder(const CheckpointOptions& options) {
  const DiffusersFolder folder = DiffusersFolder::open(path_);
  const bool is_vae_given = !options.vae.empty();
  configs_ = read_model_configs(folder, is_vae_given);
  for (const char* part : {"unet", "vae", "text_encoder", "text_encoder_2"}) {
    if (!folder.has(part)) continue;
    read_part(part, is_vae_given, [&] { parts_.push_back({.name = part, .file = folder.weights(part), .keys = {}}); });
  }
}

void Checkpoint::open_single_file(const std::shared_ptr<const WeightsFile>& file, const CheckpointOptions& options) {
  SingleFile single = read_single_file(*file, options.prediction);
  configs_ = std::move(single.configs);
  decisions_ = std::move(single.decisions);
  marks_ = std::move(single.marks);
  for (const SingleFilePart& part : single.parts) {
    parts_.push_back({.name = part.name, .file = file, .layout = Layout::ldm, .prefix = part.prefix, .keys = {}});
  }
  if (!options.configs.empty()) {
    configs_ = read_model_configs(DiffusersFolder::open(options.configs));
    decisions_ = {"configurations: of " + options.configs.string() + ", as asked for"};
    marks_.clear();
  }
  std::string missing;
  const auto lacks = [&](const char* part, const char* advice) {
    if (single.find(part) == nullptr) missing += (missing.empty() ? "" : "; ") + std::string(advice);
  };
  if (options.vae.empty()) lacks("vae", "no autoencoder (first_stage_model.*): give one with --vae");
  if (single.family != Family::sdxl_refiner) {
    lacks("text_encoder", "no text encoder: this is a network alone; a whole checkpoint is needed");
  }
  if (single.family == Family::sdxl) lacks("text_encoder_2", "no second text encoder, which SDXL has");
  if (!missing.empty()) throw Error(Code::model_part_missing, path_.string() + ": has " + missing);
}

std::optional<TinyVaeSource> Checkpoint::replace_vae(const fs::path& vae) {
  VaeSource replacement = open_vae(vae, configs_.has("vae") ? &configs_.part("vae") : nullptr);
  const auto own = std::ranges::find(parts_, "vae", &PartSource::name);
  const bool has_own = own != parts_.end();
  const bool is_lone_decoder = replacement.tiny && !replacement.tiny->has_encoder;
  if (has_own && is_lone_decoder) {
    own->name = "own_vae";  // its latents are the tiny one's, so it encodes pictures to start from
  } else if (has_own) {
    if (layout_ == Layout::ldm) replaced_vae_prefix_ = own->prefix;
    parts_.erase(own);
  }
  parts_.push_back(std::move(replacement.source));
  set_part(configs_, "vae", std::move(replacement.config));
  std::string decision =
      (replacement.tiny ? "tiny autoencoder: of " : "autoencoder: of ") + vae.string() + ", as asked for";
  if (!replacement.other_half.empty()) decision += ", and the other half of " + replacement.other_half.string();
  if (is_lone_decoder) {
    decision += has_own ? "; it has no encoder, so pictures are encoded by the model's own autoencoder"
                        : "; neither it nor the model has an encoder, so there are only pictures from text";
  }
  decisions_.push_back(std::move(decision));
  return std::move(replacement.tiny);
}

void Checkpoint::add_preview_vae(const fs::path& vae) {
  TinyVaeSource preview = open_tiny_vae(vae);
  check_fits(preview.config, spec_, vae.string());
  preview.source.name = "preview_vae";
  parts_.push_back(std::move(preview.source));
  spec_.preview_vae = std::move(preview.config);
  decisions_.push_back("previews: by the tiny autoencoder of " + vae.string() + ", as asked for");
}

void Checkpoint::add_keys() {
  for (PartSource& part : parts_) {
    if (!part.keys.empty()) continue;  // a tiny autoencoder, which was opened with its table
    if (part.name == "unet") {
      part.keys = unet_keys(spec_.unet, configs_.part("unet").boolean("use_linear_projection", false));
    } else if (part.name == "vae" || part.name == "own_vae") {
      part.keys = vae_keys(spec_.vae);
    } else if (part.name == "text_encoder_2" || spec_.family == Family::sd2) {
      const ClipTextConfig& config = part.name == "text_encoder" ? *spec_.text_encoder : *spec_.text_encoder_2;
      part.keys = open_clip_keys(config, std::max(config.num_hidden_layers, stored_layers(part)));
    } else {
      part.keys = clip_keys(*spec_.text_encoder);
    }
  }
}

bool Checkpoint::has_part(std::string_view name) const {
  return std::ranges::find(parts_, name, &PartSource::name) != parts_.end();
}

const PartSource& Checkpoint::part(std::string_view name) const {
  const auto it = std::find_if(parts_.begin(), parts_.end(), [&](const PartSource& part) { return part.name == name; });
  if (it != parts_.end()) return *it;
  throw Error(Code::model_part_missing, path_.string() + ": has no " + std::string(name));
}

void Checkpoint::require_whole() const {
  for (const PartSource& part : parts_) redraw::require_whole(part);
}

std::optional<fs::path> Checkpoint::tokenizer_folder(std::string_view name) const {
  if (layout_ == Layout::ldm) return std::nullopt;
  const DiffusersFolder folder = DiffusersFolder::open(path_);
  if (!folder.has(name)) return std::nullopt;
  return folder.part(name).folder;
}

}  // namespace redraw
