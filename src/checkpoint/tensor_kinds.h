// What a weights file without Stable Diffusion's network is, by the names of its tensors.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "weights/weights_file.h"

namespace redraw {

/// A kind of weights, by the name of one tensor: a pattern in which * stands for any run of characters.
struct TensorKind {
  std::string_view pattern;
  std::string_view what;  ///< "a FLUX model"
  std::string_view then;  ///< what to do; empty: nothing but taking a Stable Diffusion model
};
/// In the order in which they are looked through: kinds that hold another's names come before it.
std::span<const TensorKind> tensor_kinds();
/// Networks that have a UNet's names and are yet none of Stable Diffusion's that are built; looked for beneath a UNet's
/// prefix.
std::span<const TensorKind> unbuilt_networks();

/// Whether `name` is one of the names that `pattern` stands for.
bool matches(std::string_view pattern, std::string_view name);

/// "a FLUX model, which redraw does not support; ...": what a file without a Stable Diffusion UNet is, by its tensors'
/// names. Empty where nobody knows.
std::string kind_of_file(const WeightsFile& file);
/// Throws Error(model_unsupported) for a network of unbuilt_networks() whose tensors begin with `prefix`.
void refuse_unbuilt_network(const WeightsFile& file, std::string_view prefix);

}  // namespace redraw
