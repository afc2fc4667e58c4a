// Kinds of models that are known by a field of their configuration and that redraw does not support, so that a refusal
// can say what the model is.
#pragma once

#include <span>
#include <string_view>

#include "base/json.h"

namespace redraw {

/// A kind of model, by one field.
struct KnownKind {
  std::string_view field;
  std::string_view value;  ///< of a text: what it begins with; of a list of texts: what one begins with; empty: any
  std::string_view what;   ///< "an unCLIP model, ..."; with what to do where there is something
};

/// The tables, in the order in which they are looked through.
std::span<const KnownKind> kinds_of_unets();
std::span<const KnownKind> kinds_of_vaes();
std::span<const KnownKind> kinds_of_text_encoders();

/// A guidance input of its own, whether a folder's configuration or a single file's tensor tells.
inline constexpr std::string_view kLatentConsistency =
    "a latent consistency model (LCM) with a guidance input of its own, which redraw does not support; a model that "
    "has the LCM "
    "LoRA merged in runs with --sampler lcm";

/// Throws Error(model_unsupported) for the first row of the table that fits. A field that is null, false, an empty list
/// or absent fits none.
void refuse_known_kinds(const JsonObject& config, std::span<const KnownKind> kinds);

}  // namespace redraw
