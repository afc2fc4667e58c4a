// The tensors of a weights file as parameters of a model.
#pragma once

#include "nn/parameters.h"
#include "weights/safetensors.h"

namespace redraw {

/// The result keeps the file mapped. Looking up a tensor of a type other than F32, F16 or BF16 throws
/// Error(tensor_wrong_dtype); reading one throws Error(file_changed) when the file was changed meanwhile.
nn::Parameters parameters_of(SafetensorsFile file);

}  // namespace redraw
