// Variations of a picture: its noise moved part of the way towards the noise of other seeds.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace redraw {

struct Variation {
  uint64_t seed = 0;  ///< any, 0 ... 2^64 - 1
  double weight = 0;  ///< 0 ... 1: how far towards this seed's noise; 0 changes nothing, 1 replaces what was before
  bool operator==(const Variation&) const = default;
};

/// InvokeAI's `-V`: "seed:weight,seed:weight", spaces around the parts allowed, at least one pair.
/// Throws Error: not_a_number for what is no such list, out_of_range; the message names the pair and the form. A list
/// with commas alone (`-V3647897225,0.1`, as InvokeAI's page has it, which its parser never took) is told of the colon.
std::vector<Variation> parse_variations(std::string_view text);

/// The list as parse_variations reads it back to the same values: "3647897225:0.1,1614299449:0.25".
std::string variations_text(std::span<const Variation> variations);

/// Writes the noise of a seed as a run with that seed alone would draw it, Perlin noise and all.
using DrawNoise = std::function<void(uint64_t seed, std::span<float> out)>;

/// The noise of `seed`, moved by slerp towards the noise of each variation, in order. InvokeAI's `-v amount` is one
/// more pair at the end, {sub-seed, amount}: so its file names write it, and so it is drawn again.
/// Nothing is drawn for weights of 0. Throws what slerp and draw throw.
void draw_varied_noise(uint64_t seed, std::span<const Variation> variations, const DrawNoise& draw,
                       std::span<float> out);

}  // namespace redraw
