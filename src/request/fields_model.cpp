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
     .help = "a name of `redraw models`, a checkpoint (safetensors, ckpt, GGUF) or a diffusers folder; without it the "
             "default: at first, the model in the box",
     .value_name = "MODEL",
     .is_of_plan = true,
     .slot = kSlot<&Request::model, &RequestModel::model>},
    {.name = "vae",
     .group = Group::model,
     .kind = FieldKind::weights,
     .label = "Autoencoder",
     .help = "another autoencoder in place of the model's: a weights file or a diffusers folder; a tiny one (TAESD) as "
             "well",
     .value_name = "PATH",
     .slot = kSlot<&Request::model, &RequestModel::vae>},
    {.name = "prediction",
     .group = Group::model,
     .kind = FieldKind::choice,
     .label = "Prediction",
     .help = "what the network was trained to predict; without it the model's own, as models inspect tells",
     .value_name = "NAME",
     .choices = prediction_type_names,
     .check_name = [](std::string_view name) { find_prediction_type(name); },
     .slot = kSlot<&Request::model, &RequestModel::prediction>},
    {.name = "model_config",
     .group = Group::model,
     .kind = FieldKind::folder,
     .label = "Configurations",
     .help = "for a model in a single file: a diffusers folder whose configurations it has, where they do not show",
     .value_name = "DIR",
     .slot = kSlot<&Request::model, &RequestModel::model_config>},
    {.name = "clip_skip",
     .group = Group::model,
     .kind = FieldKind::integer,
     .label = "CLIP skip",
     .help = "take the text encoder's layer that many from its end; 1 is its usual one, 2 skips one layer",
     .value_name = "N",
     .range = {.least = 1, .most = 32},
     .fallback = "1",
     .model_may_default = true,
     .slot = kSlot<&Request::model, &RequestModel::clip_skip>},
});

}  // namespace

std::span<const Field> fields_of_model() {
  return kModel;
}

}  // namespace redraw
