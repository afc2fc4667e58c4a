// The limits that the header of a weights file is held to, whatever its format.
#pragma once

#include <cstddef>
#include <cstdint>

namespace redraw {

/// The first is the format's own (safetensors). The others keep the cost of a hostile header within a few tens of
/// milliseconds and megabytes. They are far above what real files need: the largest diffusion models have fewer than
/// 10,000 tensors.
inline constexpr uint64_t kMaxHeaderBytes = 100'000'000;
inline constexpr size_t kMaxTensors = 50'000;
inline constexpr size_t kMaxTensorNameBytes = 1024;
inline constexpr size_t kMaxMetadataEntries = 10'000;          ///< that are kept
inline constexpr size_t kMaxMetadataBytes = size_t{4} << 20;   ///< that are kept
inline constexpr size_t kMaxMetadataValue = size_t{64} << 10;  ///< bytes of a value that is kept
inline constexpr size_t kMostPassedOver = 100;                 ///< names that are kept of values that are not
inline constexpr size_t kMaxPieceBytes = size_t{4} << 20;      ///< a number, a run of spaces
inline constexpr int kMaxHeaderDepth = 8;

}  // namespace redraw
