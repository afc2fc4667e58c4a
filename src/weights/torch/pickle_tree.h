// What a checkpoint's pickle describes: values that refer to one another by number.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "weights/torch/strided_view.h"

namespace redraw {

enum class PickleKind : uint8_t {
  none,
  boolean,
  integer,  ///< of 64 bits
  text,     ///< of any bytes
  tuple,    ///< torch.Size as well
  list,
  dict,          ///< items: key, value, key, value, ...
  ordered_dict,  ///< the same
  name,          ///< number: the row of pickle_names()
  storage,       ///< number: of PickleTree::storages
  tensor,        ///< number: of PickleTree::tensors
  number_type,   ///< numpy.dtype
  ignored,       ///< a float, bytes, a large integer, a set, ...: nothing redraw looks at
};

using PickleRef = uint32_t;

struct PickleValue {
  PickleKind kind = PickleKind::none;
  uint8_t depth = 0;                  ///< of containers in it, when it was put together
  int64_t number = 0;                 ///< boolean, integer, name, storage, tensor
  std::string_view text = {};         ///< within the pickle's bytes, which must outlive it
  std::vector<PickleRef> items = {};  ///< tuple, list, dict
};

/// The numbers of a storage, whose size in the archive has been compared with what the pickle says.
struct TorchStorage {
  size_t entry;  ///< as FindStorage says
  uint64_t bytes;
  bool is_typed;  ///< false: elements of any type (torch.storage.UntypedStorage)
  DType dtype;
};

/// A view that has been checked to lie within its storage and to have no more bytes than it.
struct TorchTensor {
  size_t storage;  ///< of PickleTree::storages
  StridedView view;
};

/// Values may refer to themselves through lists and dicts: nothing here is walked without a limit.
struct PickleTree {
  std::vector<PickleValue> values;
  std::vector<TorchStorage> storages;
  std::vector<TorchTensor> tensors;
  PickleRef root = 0;

  const PickleValue& operator[](PickleRef ref) const { return values[ref]; }
};

}  // namespace redraw
