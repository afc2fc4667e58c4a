#include <array>

#include "diffusion/latent_threshold.h"
#include "request/field_tables.h"

namespace redraw {
namespace {

constexpr Range kPartOfSteps = {.least = 0, .most = 1, .excludes_least = true};

constexpr auto kEffects = std::to_array<Field>({
    {.name = "threshold",
     .group = Group::effects,
     .kind = FieldKind::number,
     .label = "Threshold",
     .help = "limit on the latent's values, against oversaturated colours at high guidance; 0 turns it off",
     .value_name = "X",
     .range = Range{.least = 0, .most = kMaxThreshold},
     .fallback = "0",
     .slot = kSlot<&Request::effects, &RequestEffects::threshold>},
    {.name = "h_symmetry_time_pct",
     .group = Group::effects,
     .kind = FieldKind::number,
     .label = "Left to right symmetry",
     .help = "mirror the left half to the right after this share of the steps",
     .value_name = "X",
     .range = kPartOfSteps,
     .aliases = {"--h-symmetry"},
     .slot = kSlot<&Request::effects, &RequestEffects::h_symmetry_time_pct>},
    {.name = "v_symmetry_time_pct",
     .group = Group::effects,
     .kind = FieldKind::number,
     .label = "Top to bottom symmetry",
     .help = "mirror the upper half to the lower after this share of the steps",
     .value_name = "X",
     .range = kPartOfSteps,
     .aliases = {"--v-symmetry"},
     .slot = kSlot<&Request::effects, &RequestEffects::v_symmetry_time_pct>},
    {.name = "seamless",
     .group = Group::effects,
     .kind = FieldKind::flag,
     .label = "Seamless",
     .help = "make a picture that tiles without a seam",
     .fallback = "false",
     .slot = kSlot<&Request::effects, &RequestEffects::seamless>},
    {.name = "seamless_axes",
     .group = Group::effects,
     .kind = FieldKind::axes,
     .label = "Seamless along",
     .help = "along which axes it tiles: x, y or x,y",
     .value_name = "AXES",
     .slot = kSlot<&Request::effects, &RequestEffects::seamless_axes>},
});

}  // namespace

std::span<const Field> fields_of_effects() {
  return kEffects;
}

}  // namespace redraw
