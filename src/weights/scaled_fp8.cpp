#include "weights/scaled_fp8.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "weights/names.h"

namespace redraw {
namespace {

/// The last part of such a tensor's name. No layer of Stable Diffusion has a parameter that is named like that.
constexpr auto kMarks =
    std::to_array<std::string_view>({"scaled_fp8", "scale_weight", "weight_scale", "weight_scale_inv", "comfy_quant"});

}  // namespace

void refuse_scaled_fp8(const WeightsFile& file) {
  for (const TensorEntry& entry : file.tensors()) {
    const std::string_view last = std::string_view(entry.name).substr(entry.name.rfind('.') + 1);
    if (std::find(kMarks.begin(), kMarks.end(), last) == kMarks.end()) continue;
    throw Error(Code::model_unsupported,
                file.path().string() + ": its weights are scaled (tensor " + shown_name(entry.name) +
                    "), which redraw does not undo; take the model in F16, BF16, plain 8-bit floats or GGUF");
  }
}

}  // namespace redraw
