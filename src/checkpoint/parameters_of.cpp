#include "checkpoint/parameters_of.h"

#include <utility>

#include "base/error.h"
#include "checkpoint/weight_in_file.h"
#include "weights/widen.h"

namespace redraw {

nn::Parameters parameters_of(std::shared_ptr<const WeightsFile> file) {
  return nn::Parameters([file = std::move(file)](const std::string& name) {
    const TensorEntry* entry = file->find(name);
    if (entry == nullptr) return Weight{};
    if (!widens_to_f32(entry->dtype)) {
      throw Error(Code::tensor_wrong_dtype, file->path().string() + ": '" + name + "' has elements of type " +
                                                std::string(dtype_name(entry->dtype)) +
                                                "; weights must be numbers of " + std::string(kWidenedTypes));
    }
    return weight_in_file(file, *entry, name, entry->shape);
  });
}

}  // namespace redraw
