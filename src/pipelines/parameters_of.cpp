#include "pipelines/parameters_of.h"

#include <memory>
#include <utility>

#include "base/error.h"
#include "weights/widen.h"

namespace redraw {

nn::Parameters parameters_of(SafetensorsFile file) {
  auto shared = std::make_shared<const SafetensorsFile>(std::move(file));
  return nn::Parameters([shared](const std::string& name) {
    const TensorEntry* entry = shared->find(name);
    if (entry == nullptr) return Weight{};
    if (!widens_to_f32(entry->dtype)) {
      throw Error(Code::tensor_wrong_dtype, shared->path().string() + ": '" + name + "' has elements of type " +
                                                std::string(dtype_name(entry->dtype)) +
                                                "; F32, F16 and BF16 are supported");
    }
    return Weight{name, entry->shape, [shared, entry](int64_t first, std::span<float> out) {
                    const auto size = static_cast<size_t>(dtype_bytes(entry->dtype));
                    const std::span<const std::byte> all = shared->bytes(*entry);
                    widen_to_f32(entry->dtype, all.subspan(static_cast<size_t>(first) * size, out.size() * size), out);
                  }};
  });
}

}  // namespace redraw
