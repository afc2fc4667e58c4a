// How a ZIP archive is read, and the limits it is held to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace redraw {

/// Fills `out` with the bytes of a file from `offset` on, or throws Error.
using ReadAt = std::function<void(uint64_t offset, std::span<std::byte> out)>;

/// Far above what real checkpoints need (some 2,000 entries, 8 GiB).
inline constexpr uint64_t kMaxZipEntries = 50'000;
inline constexpr uint64_t kMaxZipBytes = uint64_t{32} << 30;           ///< all entries together
inline constexpr uint64_t kMaxZipDirectoryBytes = uint64_t{16} << 20;  ///< the central directory
inline constexpr size_t kMaxZipNameBytes = 1024;

}  // namespace redraw
