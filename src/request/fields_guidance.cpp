#include <array>

#include "request/field_tables.h"

namespace redraw {
namespace {

constexpr Range kShare = {.least = 0, .most = 1};

constexpr auto kGuidance = std::to_array<Field>({
    {.name = "cfg_scale",
     .group = Group::guidance,
     .kind = FieldKind::number,
     .label = "CFG scale",
     .help = "how closely the picture follows the prompt; 1 or less turns guidance off",
     .value_name = "X",
     .range = Range{.least = 0, .most = 100},
     .fallback = "7.5",
     .aliases = {"-C"},
     .model_may_default = true,
     .sweep = Sweeping{.rank = 4, .label = "cfg {}", .note = "or several, as 4,7.5 or 2:10:2"},
     .slot = kSlot<&Request::guidance, &RequestGuidance::cfg_scale>},
    {.name = "image_cfg_scale",
     .group = Group::guidance,
     .kind = FieldKind::number,
     .label = "Picture's CFG scale",
     .help = "for InstructPix2Pix models only: how closely the result follows the picture; without it, the model's own "
             "or 1.5",
     .value_name = "X",
     .range = Range{.least = 1, .most = 100},
     .model_may_default = true,
     .needs_picture = true,
     .slot = kSlot<&Request::guidance, &RequestGuidance::image_cfg_scale>},
    {.name = "cfg_scales",
     .group = Group::guidance,
     .kind = FieldKind::number_list,
     .label = "CFG scale of each step",
     .help = "one cfg_scale for each step that runs",
     .value_name = "X,X,...",
     .range = Range{.least = 0, .most = 100},
     .slot = kSlot<&Request::guidance, &RequestGuidance::cfg_scales>},
    {.name = "cfg_rescale",
     .group = Group::guidance,
     .kind = FieldKind::number,
     .label = "CFG rescale",
     .help = "against washed-out colours: how far the guided prediction is rescaled to the spread of the unguided one",
     .value_name = "X",
     .range = kShare,
     .fallback = "0",
     .model_may_default = true,
     .slot = kSlot<&Request::guidance, &RequestGuidance::cfg_rescale>},
    {.name = "guidance_start",
     .group = Group::guidance,
     .kind = FieldKind::number,
     .label = "Guidance from",
     .help = "guidance begins after this share of the steps",
     .value_name = "X",
     .range = kShare,
     .fallback = "0",
     .slot = kSlot<&Request::guidance, &RequestGuidance::guidance_start>},
    {.name = "guidance_end",
     .group = Group::guidance,
     .kind = FieldKind::number,
     .label = "Guidance until",
     .help = "guidance ends after this share of the steps; steps without it take half the time",
     .value_name = "X",
     .range = kShare,
     .fallback = "1",
     .slot = kSlot<&Request::guidance, &RequestGuidance::guidance_end>},
});

}  // namespace

std::span<const Field> fields_of_guidance() {
  return kGuidance;
}

}  // namespace redraw
