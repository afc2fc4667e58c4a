// Values of the request's fields that are more than one number or name.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "ops/wrap_axes.h"
#include "pipelines/latent_noise.h"

namespace redraw {

/// "x", "y", "x,y" or "y,x", as {"x"}, {"y"} or {"x", "y"}. Throws Error(unknown_name).
std::vector<std::string> parse_axes(std::string_view field, std::string_view text);
/// axes: as from parse_axes.
WrapAxes wrap_axes(std::span<const std::string> axes);

/// "7.5, 6, 5": numbers between commas. range: for the message, "0 to 100" or empty. Throws Error(not_a_number), naming
/// the entry.
std::vector<double> parse_numbers(std::string_view field, std::string_view text, const std::string& range);

/// Throws Error "FIELD: entry 2 is 'x', but must be a number, 0 to 100". index: 0-based.
[[noreturn]] void refuse_entry(Code code, std::string_view field, size_t index, std::string_view entry,
                               const std::string& wanted);

/// "continued", "own", "brownian".
std::vector<std::string_view> step_noise_names();
/// Throws Error(unknown_name) with the nearest known name.
StepNoise find_step_noise(std::string_view name);

}  // namespace redraw
