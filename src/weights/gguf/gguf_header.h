// The header of a GGUF file: hostile bytes in, checked entries out.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "weights/gguf/gguf_reader.h"
#include "weights/tensor_entry.h"

namespace redraw {

struct GgufHeader {
  std::vector<TensorEntry> tensors;               ///< sorted by name; offsets within the data section
  std::map<std::string, std::string> metadata;    ///< the values that are strings, as far as they are kept
  std::vector<std::string> metadata_passed_over;  ///< names of those that are not
  uint64_t data_begin = 0;                        ///< where the data section begins in the file
};

/// Parses a GGUF file of version 2 or 3, little-endian (ggml's docs/gguf.md). Shapes come out as everywhere in redraw,
/// outermost extent first (the file has them the other way round), or as the file's own
/// "comfy.gguf.orig_shape.NAME" says. Accepts only: names that are distinct, UTF-8, not empty and at most
/// kMaxTensorNameBytes; rows that are whole blocks; tensors that lie within the file, at multiples of the alignment,
/// and do not overlap. Room between them is allowed: the format pads.
/// Throws Error, one line that names `where`: gguf_too_short (ends within the header or a tensor's data),
/// gguf_unsupported_version, gguf_malformed, gguf_too_large (kMaxHeaderBytes, kMaxTensors and the limits of
/// read_gguf_values), gguf_unsupported_type, gguf_bad_tensor, gguf_overlap. Allocates nothing in proportion to what
/// the file claims, only to what it holds.
GgufHeader parse_gguf_header(ReadAt read_at, uint64_t file_size, std::string_view where);

}  // namespace redraw
