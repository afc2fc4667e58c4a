#include <array>

#include "diffusion/scheduler_config.h"
#include "request/field_tables.h"

namespace redraw {
namespace {

constexpr auto kModel = std::to_array<Field>({
    {.name = "model",
     .group = Group::model,
     .kind = FieldKind::model,
     .label = "Model",
     .help = "a name of `redraw models`, a checkpoint (safetensors, ckpt, GGUF) or a diffusers folder; without it, the "
             "default model",
     .value_name = "MODEL",
     .is_of_plan = true,
     .slot = kSlot<&Request::model, &RequestModel::model>},
    {.name = "vae",
     .group = Group::model,
     .kind = FieldKind::weights,
     .label = "Autoencoder",
     .help = "an autoencoder to use instead of the model's: a weights file or a diffusers folder; it may be a tiny one "
             "(TAESD)",
     .value_name = "PATH",
     .slot = kSlot<&Request::model, &RequestModel::vae>},
    {.name = "prediction",
     .group = Group::model,
     .kind = FieldKind::choice,
     .label = "Prediction",
     .help = "what the network was trained to predict; without it, the model's own, as `redraw models inspect` says",
     .value_name = "NAME",
     .choices = prediction_type_names,
     .check_name = [](std::string_view name) { find_prediction_type(name); },
     .slot = kSlot<&Request::model, &RequestModel::prediction>},
    {.name = "model_config",
     .group = Group::model,
     .kind = FieldKind::folder,
     .label = "Configurations",
     .help = "for a model in one file: a diffusers folder whose configuration files it takes",
     .value_name = "DIR",
     .slot = kSlot<&Request::model, &RequestModel::model_config>},
    {.name = "clip_skip",
     .group = Group::model,
     .kind = FieldKind::integer,
     .label = "CLIP skip",
     .help = "which layer of the text encoder is used, counted from its end; 1 is the usual one, 2 skips one",
     .value_name = "N",
     .range = Range{.least = 1, .most = 32},
     .fallback = "1",
     .model_may_default = true,
     .slot = kSlot<&Request::model, &RequestModel::clip_skip>},
});

}  // namespace

std::span<const Field> fields_of_model() {
  return kModel;
}

}  // namespace redraw
