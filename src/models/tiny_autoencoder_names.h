// What the tensors of a tiny autoencoder are called, in diffusers' files and in the original ones.
#pragma once

#include <string>
#include <vector>

#include "models/tiny_autoencoder_config.h"
#include "nn/parameters.h"

namespace redraw {

enum class TinyAutoencoderPart { encoder, decoder };

struct TinyAutoencoderTensor {
  std::string name;           ///< in diffusers' one file for both: "decoder.layers.2.conv.0.weight"
  std::string original_name;  ///< in taesd_encoder or taesd_decoder.safetensors, a file each: "3.conv.0.weight"
  Shape shape;                ///< as PyTorch stores it
};

/// Every tensor of one half, in the order of its layers. The original files count the layers of madebyollin/taesd's
/// taesd.py: the encoder's are diffusers'; the decoder's begin with the soft limits as layer 0, one more than
/// diffusers.
std::vector<TinyAutoencoderTensor> tiny_autoencoder_tensors(const TinyAutoencoderConfig& config,
                                                            TinyAutoencoderPart part);

/// Whether the tensors at p are those of an original file of this half.
bool has_original_names(const nn::Parameters& p, TinyAutoencoderPart part);

/// An original file's tensors under diffusers' names, for TinyEncoder or TinyDecoder. Looking up one that the
/// configuration has and the file has not throws Error(tensor_missing) with the original name.
nn::Parameters with_diffusers_names(const nn::Parameters& original, const TinyAutoencoderConfig& config,
                                    TinyAutoencoderPart part);

}  // namespace redraw
