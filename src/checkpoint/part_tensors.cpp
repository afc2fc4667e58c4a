#include "checkpoint/part_tensors.h"

#include "base/error.h"

namespace redraw {

const TensorEntry* PartTensors::find(std::string_view name) const {
  return file_.find(prefix_ + std::string(name));
}

int64_t PartTensors::extent(std::string_view name, size_t axis) const {
  const TensorEntry* entry = find(name);
  if (entry == nullptr) {
    throw Error(Code::model_unsupported, file_.path().string() + ": is not a Stable Diffusion model that is known: '" +
                                             prefix_ + std::string(name) + "' is missing");
  }
  if (entry->shape.rank() <= axis) {
    throw Error(Code::model_unsupported, file_.path().string() + ": '" + entry->name + "' has the shape " +
                                             entry->shape.to_string() + ", which no Stable Diffusion model has there");
  }
  return entry->shape[axis];
}

int64_t PartTensors::count(std::string_view list, std::string_view member) const {
  int64_t number = 0;
  while (has(std::string(list) + std::to_string(number) + std::string(member))) ++number;
  return number;
}

}  // namespace redraw
