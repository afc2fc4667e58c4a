#include "diffusion/semantics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"
#include "base/named_rows.h"
#include "diffusion/strength.h"

namespace redraw {
namespace {

constexpr int64_t kAlways = std::numeric_limits<int64_t>::max();

// ComfyUI makes a schedule so long that the share of it is what was asked for.
int64_t lengthened(int64_t steps, double strength) {
  return strength > 0.9999 ? steps : static_cast<int64_t>(static_cast<double>(steps) / strength);
}

EntryRange from(int64_t begin) {
  return {.begin = begin, .noised = begin};
}

EntryRange last_share(const StepTable&, int64_t steps, double strength, int64_t, bool) {
  return from(plan_strength(steps, strength).begin);
}

// Noised to the level one entry above the one that the network is called at first: a fault of DDIM and PLMS up
// to 2.0.1.
EntryRange last_share_noised_too_far(const StepTable&, int64_t steps, double strength, int64_t, bool whole_timesteps) {
  const int64_t begin = plan_strength(steps, strength).begin;
  return {.begin = begin, .noised = whole_timesteps ? std::max<int64_t>(begin - 1, 0) : begin};
}

EntryRange last_share_at_least_one(const StepTable& table, int64_t steps, double strength, int64_t, bool) {
  return from(std::min(steps - steps_to_run(steps, strength), table.steps() - 1));
}

EntryRange below_timestep(const StepTable& table, int64_t, double strength, int64_t num_train, bool) {
  return from(first_entry_below(table, 1.0 - (1.0 - strength), num_train));
}

EntryRange last_share_and_one(const StepTable&, int64_t steps, double strength, int64_t, bool) {
  return from(steps - steps_to_run(steps, std::min(strength, 0.999)) - 1);
}

EntryRange as_many_as_asked(const StepTable& table, int64_t steps, double, int64_t, bool) {
  return from(table.steps() - table.repeated_entries - steps);
}

constexpr auto kSemantics = std::to_array<Semantics>({
    {.name = "diffusers", .help = "the last int(steps * strength) steps", .entries = last_share},
    {.name = "invoke-2.0",
     .help =
         "the last int(steps * strength) steps; ddim and pndm noise one step too far, k_ samplers take Karras levels",
     .takes_full_strength = false,
     .karras_below = kAlways,
     .steps_offset = 0,
     .entries = last_share_noised_too_far},
    {.name = "invoke-2.2.5",
     .help = "the last int(steps * strength) steps; k_ samplers take Karras levels below 30 steps",
     .takes_full_strength = false,
     .karras_below = 30,
     .steps_offset = 1,
     .entries = last_share},
    {.name = "invoke-2.3",
     .help = "the last int(steps * strength) steps, at least one; k_ names mean diffusers' samplers",
     .k_means_diffusers = true,
     .entries = last_share_at_least_one},
    {.name = "invoke-4", .help = "the steps whose timestep is below round(1000 * strength)", .entries = below_timestep},
    {.name = "a1111",
     .help = "the last int(steps * strength) + 1 steps; names mean k-diffusion's samplers",
     .plain_means_k = true,
     .entries = last_share_and_one},
    {.name = "comfyui",
     .help = "as many steps as asked, the last of int(steps / strength); names mean k-diffusion's samplers",
     .plain_means_k = true,
     .table_steps = lengthened,
     .entries = as_many_as_asked},
});

}  // namespace

std::span<const Semantics> all_semantics() {
  return kSemantics;
}

const Semantics& find_semantics(std::string_view name) {
  return row_named(kSemantics, "semantics", name);
}

int64_t first_entry_below(const StepTable& table, double share, int64_t num_train) {
  const double limit = std::nearbyint(static_cast<double>(num_train) * share);
  return std::ranges::find_if(table.timesteps, [&](double t) { return t < limit; }) - table.timesteps.begin();
}

}  // namespace redraw
