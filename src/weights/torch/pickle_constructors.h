// What the names in a checkpoint's pickle build; internal to weights.
#pragma once

#include "weights/torch/pickle_bytes.h"
#include "weights/torch/pickle_names.h"
#include "weights/torch/pickle_storage.h"
#include "weights/torch/pickle_tree.h"

namespace redraw {

/// What calling the name with those arguments gives; may add to tree.tensors. args: a tuple of the tree.
/// Throws Error: pickle_forbidden (not to be called), pickle_malformed (wrong arguments), torch_bad_tensor.
PickleValue pickle_call(const PickleName& name, const PickleValue& args, PickleTree& tree,
                        const PickleComplaint& complaint);

/// The storage that a persistent id stands for: ("storage", type, key, location, elements). Adds to tree.storages.
/// Throws Error: pickle_forbidden (any other persistent id), torch_bad_storage.
PickleValue pickle_storage(const PickleValue& id, PickleTree& tree, const FindStorage& find_storage,
                           const PickleComplaint& complaint);

}  // namespace redraw
