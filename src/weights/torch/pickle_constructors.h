// What the names in a checkpoint's pickle build; internal to weights.
#pragma once

#include <string_view>

#include "redraw/error.h"
#include "weights/torch/pickle_names.h"
#include "weights/torch/pickle_tree.h"
#include "weights/torch/unpickler.h"

namespace redraw {

/// Makes the Error for a place in the pickle.
using PickleComplaint = std::function<Error(Code, std::string_view)>;

/// What calling the name with those arguments gives; may add to tree.tensors. args: a tuple of the tree.
/// Throws Error: pickle_forbidden (not to be called), pickle_malformed (wrong arguments), torch_bad_tensor.
PickleValue pickle_call(const PickleName& name, const PickleValue& args, PickleTree& tree,
                        const PickleComplaint& complaint);

/// The storage that a persistent id stands for: ("storage", type, key, location, elements). Adds to tree.storages.
/// Throws Error: pickle_forbidden (any other persistent id), torch_bad_storage.
PickleValue pickle_storage(const PickleValue& id, PickleTree& tree, const FindStorage& find_storage,
                           const PickleComplaint& complaint);

}  // namespace redraw
