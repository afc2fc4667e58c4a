// A weight whose numbers lie in a file.
#pragma once

#include <memory>
#include <string>

#include "ops/weight.h"
#include "weights/weights_file.h"

namespace redraw {

/// `shape` numbers of the entry (one of file's) from number `first` on, under this name. The weight keeps the file.
Weight weight_in_file(const std::shared_ptr<const WeightsFile>& file, const TensorEntry& entry, std::string name,
                      Shape shape, int64_t first = 0);

}  // namespace redraw
