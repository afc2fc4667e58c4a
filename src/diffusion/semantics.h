// How programs of the field turn strength into steps: each has its own rule, and all of them are here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "diffusion/step_table.h"

namespace redraw {

/// What a rule decides beyond the table's entries.
struct EntryRange {
  int64_t begin = 0;   ///< first entry of the table that is run; the run goes on to the table's end
  int64_t noised = 0;  ///< entry to whose level the picture is noised: begin, but for one old fault
};

/// One row of the table of rules (shared facts: img2img-semantics.md A.1, A.4; stable-diffusion-cpp.md A3).
struct Semantics {
  std::string_view name;
  std::string_view help;
  bool takes_full_strength = true;           ///< strength 1 is taken, not refused
  int64_t karras_below = 0;                  ///< the k_ samplers take the Karras schedule below so many steps; 0: never
  std::optional<int64_t> steps_offset = {};  ///< of the leading spacing, in place of the model's
  bool k_means_diffusers = false;            ///< k_ names mean the classes of diffusers
  bool plain_means_k = false;                ///< plain names mean the k-diffusion samplers, where there is one
  /// Steps of the table for so many steps asked; null: the same.
  int64_t (*table_steps)(int64_t steps, double strength) = nullptr;
  /// The entries that are run. steps as asked for; whole_timesteps: the sampler goes by whole timesteps (DDIM's kind).
  EntryRange (*entries)(const StepTable& table, int64_t steps, double strength, int64_t num_train,
                        bool whole_timesteps);
};

/// In the order in which they are shown to people; the first is the default.
std::span<const Semantics> all_semantics();
/// Throws Error(unknown_name) with the nearest known name.
const Semantics& find_semantics(std::string_view name);

/// First entry whose timestep lies below round(num_train * share): how InvokeAI 3 and later, and diffusers' SDXL,
/// find where to begin or to end, by comparing timesteps and not counts. share: 1 - denoising_start or _end.
int64_t first_entry_below(const StepTable& table, double share, int64_t num_train);

}  // namespace redraw
