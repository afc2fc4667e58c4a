#include <array>

#include "image/fit.h"
#include "image/side.h"
#include "request/field_tables.h"

namespace redraw {
namespace {

std::vector<std::string_view> fit_mode_names() {
  std::vector<std::string_view> names;
  for (const FitModeInfo& mode : fit_modes()) names.push_back(mode.name);
  return names;
}

constexpr Range kSides = {.least = kMinSide, .most = kMaxSide};

constexpr auto kSize = std::to_array<Field>({
    {.name = "width",
     .group = Group::size,
     .kind = FieldKind::side,
     .label = "Width",
     .unit = "pixels",
     .help = "width of the new picture; without it, the model's native size at the picture's aspect ratio",
     .value_name = "PIXELS",
     .range = kSides,
     .aliases = {"-W"},
     .slot = kSlot<&Request::size, &RequestSize::width>},
    {.name = "height",
     .group = Group::size,
     .kind = FieldKind::side,
     .label = "Height",
     .unit = "pixels",
     .help = "height of the new picture; without it, the model's native size at the picture's aspect ratio",
     .value_name = "PIXELS",
     .range = kSides,
     .aliases = {"-H"},
     .slot = kSlot<&Request::size, &RequestSize::height>},
    {.name = "fit",
     .group = Group::size,
     .kind = FieldKind::choice,
     .label = "Fit",
     .help = "how the picture is brought to width and height",
     .value_name = "MODE",
     .fallback = "contain",
     .choices = fit_mode_names,
     .check_name = [](std::string_view name) { parse_fit_mode(name); },
     .needs_picture = true,
     .slot = kSlot<&Request::size, &RequestSize::fit>},
    {.name = "hires_fix",
     .group = Group::size,
     .kind = FieldKind::flag,
     .label = "High-resolution fix",
     .help = "draw at the model's own size first, then enlarge and redraw; for pictures larger than that size",
     .fallback = "false",
     .slot = kSlot<&Request::size, &RequestSize::hires_fix>},
    {.name = "hires_strength",
     .group = Group::size,
     .kind = FieldKind::number,
     .label = "Strength of the second pass",
     .help = "strength of the second pass of --hires-fix",
     .value_name = "X",
     .range = Range{.least = 0, .most = 1, .excludes_least = true},
     .fallback = "0.75",
     .slot = kSlot<&Request::size, &RequestSize::hires_strength>},
});

}  // namespace

std::span<const Field> fields_of_size() {
  return kSize;
}

}  // namespace redraw
