// Guidance brought back to the spread of the conditional prediction, against pictures that are too bright or too flat.
#pragma once

#include <span>

namespace redraw {

/// guided = m * guided * (std(conditional) / std(guided)) + (1 - m) * guided, in place, m the multiplier: Lin et al.
/// 2024
/// ("Common Diffusion Noise Schedules and Sample Steps are Flawed"), Algorithm 2; diffusers' rescale_noise_cfg,
/// InvokeAI's cfg_rescale_multiplier. Both are one picture's, guided by conditional; std over all of its numbers, n - 1
/// below the fraction bar. The paper uses m = 0.7 with networks that predict v. m in [0, 1]; 0 changes nothing, byte
/// for byte. A guided prediction without any spread has nothing to rescale and stays. Throws Error: out_of_range;
/// internal unless both are as long as each other.
void rescale_guidance(double multiplier, std::span<const float> conditional, std::span<float> guided);

}  // namespace redraw
