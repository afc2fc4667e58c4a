// Whether a model has all that a run needs, told without reading its numbers.
#pragma once

#include "checkpoint/checkpoint.h"

namespace redraw {

/// Throws Error: model_unsupported for the SDXL refiner, which makes no pictures by itself; as
/// Checkpoint::require_whole.
void require_networks(const Checkpoint& checkpoint);

/// The same, and reads the tokenizers that it brings. Throws as require_tokenizers.
void require_runnable(const Checkpoint& checkpoint);

}  // namespace redraw
