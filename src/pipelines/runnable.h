// Checks that a model has everything a run needs, without reading its numbers.
#pragma once

#include "checkpoint/checkpoint.h"

namespace redraw {

/// Throws Error: model_unsupported for the SDXL refiner, which makes no pictures by itself; those of
/// Checkpoint::require_whole.
void require_networks(const Checkpoint& checkpoint);

/// The same, and also reads the model's own tokenizers. Throws as require_tokenizers.
void require_runnable(const Checkpoint& checkpoint);

}  // namespace redraw
