#include <array>

#include "diffusion/seeded_streams.h"
#include "request/field_tables.h"
#include "request/value_lists.h"

namespace redraw {
namespace {

constexpr auto kNoise = std::to_array<Field>({
    {.name = "seed",
     .group = Group::noise,
     .kind = FieldKind::seed,
     .label = "Seed",
     .help = "seed of the noise; without it, one is drawn and printed",
     .value_name = "N",
     .aliases = {"-S"},
     .sweep = Sweeping{.rank = 3, .label = "seed {}", .note = "or several, as 1,2,5 or 10:50:10"},
     .slot = kSlot<&Request::noise, &RequestNoise::seed>},
    {.name = "noise",
     .group = Group::noise,
     .kind = FieldKind::choice,
     .label = "Generator",
     .help = "random generator of the noise",
     .value_name = "NAME",
     .fallback = "torch-cpu",
     .choices = noise_source_names,
     .check_name = [](std::string_view name) { find_noise_source(name); },
     .slot = kSlot<&Request::noise, &RequestNoise::noise>},
    {.name = "step_noise",
     .group = Group::noise,
     .kind = FieldKind::choice,
     .label = "Noise of the steps",
     .help = "where the steps draw their noise: from the generator of the start, from their own (InvokeAI 3) or from a "
             "Brownian path (k-diffusion)",
     .value_name = "NAME",
     .fallback = "continued",
     .choices = step_noise_names,
     .check_name = [](std::string_view name) { find_step_noise(name); },
     .slot = kSlot<&Request::noise, &RequestNoise::step_noise>},
    {.name = "variation_amount",
     .group = Group::noise,
     .kind = FieldKind::number,
     .label = "Variation",
     .help = "how far the noise moves towards that of another seed",
     .value_name = "X",
     .range = Range{.least = 0, .most = 1},
     .fallback = "0",
     .aliases = {"-v"},
     .slot = kSlot<&Request::noise, &RequestNoise::variation_amount>},
    {.name = "variation_seed",
     .group = Group::noise,
     .kind = FieldKind::seed,
     .label = "Seed of the variation",
     .help = "that other seed; without it, one is drawn and printed",
     .value_name = "N",
     .slot = kSlot<&Request::noise, &RequestNoise::variation_seed>},
    {.name = "with_variations",
     .group = Group::noise,
     .kind = FieldKind::seed_weights,
     .label = "Variations",
     .help = "moves the noise of --seed towards these seeds, one after the other",
     .value_name = "SEED:X,...",
     .aliases = {"-V"},
     .slot = kSlot<&Request::noise, &RequestNoise::with_variations>},
    {.name = "perlin",
     .group = Group::noise,
     .kind = FieldKind::number,
     .label = "Perlin noise",
     .help = "share of Perlin noise at the start; it gives large soft shapes",
     .value_name = "X",
     .range = Range{.least = 0, .most = 1},
     .fallback = "0",
     .slot = kSlot<&Request::noise, &RequestNoise::perlin>},
});

}  // namespace

std::span<const Field> fields_of_noise() {
  return kNoise;
}

}  // namespace redraw
