// The names a checkpoint's pickle may use, and what they stand for here. Nothing is ever imported.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "tensor/dtype.h"

namespace redraw {

enum class PickleMeaning : uint8_t {
  // what is built
  ordered_dict,
  tensor_v2,
  tensor_v3,
  parameter,
  parameter_with_state,
  size,
  // what is only read over: its arguments are checked and nothing is made of them
  set,
  bytes,
  device,
  number_type,
  number,
  // what can be named and not called
  storage_type,  ///< dtype is empty for torch.storage.UntypedStorage, which counts bytes
  element_type,
  carried,
};

struct PickleName {
  std::string_view module;
  std::string_view name;
  PickleMeaning meaning;
  std::optional<DType> dtype = std::nullopt;
};

/// The table; tests iterate it.
std::span<const PickleName> pickle_names();
/// The index of the row, compared byte by byte; none for everything else there is.
std::optional<size_t> find_pickle_name(std::string_view module, std::string_view name);

}  // namespace redraw
