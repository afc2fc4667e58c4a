// The keys and values at the beginning of a GGUF file; internal to weights.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "tensor/shape.h"
#include "weights/gguf/gguf_reader.h"

namespace redraw {

struct GgufValues {
  std::map<std::string, std::string> metadata;    ///< the values that are strings, as far as they are kept
  std::vector<std::string> metadata_passed_over;  ///< names of those that are not
  uint32_t alignment = 32;                        ///< "general.alignment": a power of two; tensors begin at multiples
  /// By the tensor's name: the shape, outermost extent first, that a tensor had before it was stored in another one
  /// ("comfy.gguf.orig_shape.NAME", as ComfyUI-GGUF writes it for convolutions whose rows hold no whole block).
  std::map<std::string, Shape> original_shapes;
};

inline constexpr uint32_t kMaxGgufAlignment = 1 << 20;
inline constexpr uint64_t kMaxGgufKeyBytes = 2048;

/// Reads `count` keys with their values. Every value is checked to be what its type says and to lie in the file. Passed
/// over are values that redraw has no use for, strings of more than kMaxMetadataValue bytes, and what comes after
/// kMaxMetadataBytes of strings. The values of kUsedMetadataKeys are always kept, whole numbers as their digits. Throws
/// Error: gguf_too_short; gguf_too_large for more than kMaxMetadataEntries, and for a used value of more than
/// kMaxMetadataValue; gguf_malformed.
GgufValues read_gguf_values(GgufReader& reader, uint64_t count);

}  // namespace redraw
