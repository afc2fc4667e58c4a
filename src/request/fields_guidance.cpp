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
     .help = "guidance: how closely the prompt is followed; 1 or less turns it off",
     .value_name = "X",
     .range = {.least = 0, .most = 100},
     .fallback = "7.5",
     .aliases = {"-C"},
     .model_may_default = true,
     .sweep = {.rank = 4, .label = "cfg {}", .note = "or several, as 4,7.5 or 2:10:2"},
     .slot = kSlot<&Request::guidance, &RequestGuidance::cfg_scale>},
    {.name = "image_cfg_scale",
     .group = Group::guidance,
     .kind = FieldKind::number,
     .label = "Picture's CFG scale",
     .help = "of InstructPix2Pix models alone: how closely the picture is kept; without it the model's own, or 1.5",
     .value_name = "X",
     .range = {.least = 1, .most = 100},
     .model_may_default = true,
     .needs_picture = true,
     .slot = kSlot<&Request::guidance, &RequestGuidance::image_cfg_scale>},
    {.name = "cfg_scales",
     .group = Group::guidance,
     .kind = FieldKind::number_list,
     .label = "CFG scale of each step",
     .help = "guidance of each step that is run, in place of cfg_scale",
     .value_name = "X,X,...",
     .range = {.least = 0, .most = 100},
     .slot = kSlot<&Request::guidance, &RequestGuidance::cfg_scales>},
    {.name = "cfg_rescale",
     .group = Group::guidance,
     .kind = FieldKind::number,
     .label = "CFG rescale",
     .help = "brings the guided prediction back to the spread of the unguided one, against washed-out colours",
     .value_name = "X",
     .range = kShare,
     .fallback = "0",
     .model_may_default = true,
     .slot = kSlot<&Request::guidance, &RequestGuidance::cfg_rescale>},
    {.name = "guidance_start",
     .group = Group::guidance,
     .kind = FieldKind::number,
     .label = "Guidance from",
     .help = "share of the steps before which there is no guidance",
     .value_name = "X",
     .range = kShare,
     .fallback = "0",
     .slot = kSlot<&Request::guidance, &RequestGuidance::guidance_start>},
    {.name = "guidance_end",
     .group = Group::guidance,
     .kind = FieldKind::number,
     .label = "Guidance until",
     .help = "share of the steps from which on there is none; such steps take half the time",
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
