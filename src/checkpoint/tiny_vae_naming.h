// What the tensors of a tiny autoencoder (TAESD) are called in a weights file. Internal to checkpoint.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "checkpoint/part_source.h"
#include "models/tiny_autoencoder_names.h"
#include "weights/weights_file.h"

namespace redraw {

/// How a file names the tensors of both halves. In diffusers' names the prefixes are part of the table.
struct TinyNaming {
  Layout layout;
  const char* encoder;
  const char* decoder;
};
std::span<const TinyNaming> tiny_vae_namings();

/// What the file calls the tensor.
std::string tiny_vae_stored_name(const TinyNaming& naming, TinyAutoencoderPart part,
                                 const TinyAutoencoderTensor& tensor);

/// Whether the file holds this half under these names. Two tensors tell: the first convolution and the first of a
/// block, whose places differ between the halves.
bool has_tiny_vae_half(const WeightsFile& file, const TinyNaming& naming, TinyAutoencoderPart part);

/// The half that a file holds without the other.
struct LoneHalf {
  TinyAutoencoderPart part;
  bool has_bare_names;  ///< they begin with the number of a layer, "3.conv.0.weight"
};
std::optional<LoneHalf> lone_half(const WeightsFile& file);

}  // namespace redraw
