// The named tensors among the values of a checkpoint's pickle; internal to weights.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weights/torch/pickle_tree.h"

namespace redraw {

struct NamedTensor {
  std::string name;
  size_t tensor;  ///< of PickleTree::tensors
};

struct TorchStateDict {
  std::vector<NamedTensor> tensors;    ///< sorted by name (bytewise), names distinct
  std::optional<int64_t> global_step;  ///< of the top-level dictionary
};

/// Finds the tensors in the first of these that there is: the dictionary under "state_dict" (Stable Diffusion's .ckpt);
/// the top-level dictionary, when it holds a tensor itself; one under "params_ema", "params" or "model"; else all below
/// the top-level dictionary. Names of nested dictionaries are joined with '.'. What is no tensor is passed over.
/// Throws Error: torch_no_tensors; torch_bad_tensor for a tensor whose name is no text, not UTF-8, too long or taken;
/// pickle_too_large (too many tensors, dictionaries nested too deep or shared too often).
TorchStateDict read_state_dict(const PickleTree& tree, std::string_view where);

}  // namespace redraw
