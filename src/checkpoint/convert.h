// A model in the other layout, in another precision, or both.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"

namespace redraw {

struct ConvertRequest {
  Layout layout = Layout::ldm;  ///< of the result
  std::optional<DType> dtype =
      {};  ///< f32, f16 or bf16; empty: as each tensor is stored, quantised ones in f16, f64 in f32
  std::filesystem::path vocabulary = {};  ///< CLIP's standard vocabulary, for a folder made of a single file
  bool is_overwriting = false;            ///< replace what is there
};

struct Converted {
  std::vector<std::filesystem::path> files;  ///< the weights that were written
  uint64_t bytes = 0;                        ///< of them
  std::vector<std::string> narrowed;         ///< tensors of 64 bits, which became float32 unasked
  std::vector<std::string> left_out;         ///< tensors of the source that are not in the result in any form
  std::vector<std::string> notes = {};       ///< a sentence each: what of the source is lost, or unknown to others
};

/// Writes the model to `destination`: a .safetensors file, or a diffusers folder with all configurations. Names, shapes
/// and order are those of the tables of key_row.h, so converting there and back gives equal files. Numbers are copied
/// byte for byte where the precision stays; else they are rounded to nearest even. What the model says about itself is
/// the same before and after, also in one file: see describe_single_file. A folder's redraw.json, licence and texts for
/// people go along to a folder. Memory holds a piece of one tensor at a time, or a whole one where it is transposed.
/// Throws Error: as Checkpoint::require_whole and describe_single_file; usage when the destination is there, when it
/// belongs to the source (refuse_own_files, also with is_overwriting), and for a tiny autoencoder; out_of_range naming
/// the tensor for numbers that the precision cannot hold; disk_full, output_not_writable.
Converted convert(const Checkpoint& checkpoint, const std::filesystem::path& destination,
                  const ConvertRequest& request);

}  // namespace redraw
