// Where the numbers of a checkpoint's tensors lie: what a pickle has to ask its archive for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace redraw {

/// What the archive has for a storage.
struct StorageFound {
  size_t entry;  ///< any number that tells the caller which
  uint64_t bytes;
};
/// For the key of a storage; empty when the archive has none of that name.
using FindStorage = std::function<std::optional<StorageFound>(std::string_view key)>;

}  // namespace redraw
