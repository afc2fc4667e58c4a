// The tensors of a weights file as parameters of a model.
#pragma once

#include <memory>

#include "nn/parameters.h"
#include "weights/weights_file.h"

namespace redraw {

/// The result keeps the file open. Looking up a tensor of integers throws Error(tensor_wrong_dtype); reading one throws
/// Error(model_file_changed) when the file was changed meanwhile.
nn::Parameters parameters_of(std::shared_ptr<const WeightsFile> file);

}  // namespace redraw
