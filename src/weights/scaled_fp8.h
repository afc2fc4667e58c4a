// 8-bit floats that are not the weights by themselves; internal to weights.
#pragma once

#include "weights/weights_file.h"

namespace redraw {

/// Some tools store weights as 8-bit floats and, in tensors beside them, the factors that they have to be multiplied
/// with (ComfyUI's scaled_fp8 and what followed it). Read plainly they would be wrong numbers without a word, so a file
/// with such tensors is refused: Error(model_unsupported), naming one of them.
void refuse_scaled_fp8(const WeightsFile& file);

}  // namespace redraw
