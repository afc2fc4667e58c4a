#include "models/tiny_autoencoder_names.h"

#include <unordered_map>
#include <utility>

namespace redraw {
namespace {

/// Lists tensors layer by layer, as they stand in torch's Sequential.
class Layers {
 public:
  Layers(std::string prefix, int64_t original_offset) : prefix_(std::move(prefix)), original_offset_(original_offset) {}

  void skip() { ++next_; }  // a layer without tensors
  void conv(int64_t in, int64_t out, bool has_bias = true) {
    add("", in, out, has_bias);
    ++next_;
  }
  void block(int64_t channels) {
    for (const char* conv : {".conv.0", ".conv.2", ".conv.4"}) add(conv, channels, channels, true);
    ++next_;
  }
  std::vector<TinyAutoencoderTensor> take() { return std::move(tensors_); }

 private:
  void add(const std::string& inner, int64_t in, int64_t out, bool has_bias) {
    const std::string name = prefix_ + std::to_string(next_) + inner;
    const std::string original = std::to_string(next_ + original_offset_) + inner;
    tensors_.push_back({name + ".weight", original + ".weight", {out, in, 3, 3}});
    if (has_bias) tensors_.push_back({name + ".bias", original + ".bias", {out}});
  }

  std::string prefix_;
  int64_t original_offset_;
  int64_t next_ = 0;
  std::vector<TinyAutoencoderTensor> tensors_;
};

std::vector<TinyAutoencoderTensor> encoder_tensors(const TinyAutoencoderConfig& config) {
  Layers layers("encoder.layers.", 0);
  const int64_t channels = config.encoder_channels;
  for (size_t i = 0; i < config.encoder_blocks.size(); ++i) {
    layers.conv(i == 0 ? kPictureChannels : channels, channels, i == 0);
    for (int64_t j = 0; j < config.encoder_blocks[i]; ++j) layers.block(channels);
  }
  layers.conv(channels, config.latent_channels);
  return layers.take();
}

std::vector<TinyAutoencoderTensor> decoder_tensors(const TinyAutoencoderConfig& config) {
  Layers layers("decoder.layers.", 1);
  const int64_t channels = config.decoder_channels;
  layers.conv(config.latent_channels, channels);
  layers.skip();  // the activation
  for (size_t i = 0; i < config.decoder_blocks.size(); ++i) {
    const bool is_last = i + 1 == config.decoder_blocks.size();
    for (int64_t j = 0; j < config.decoder_blocks[i]; ++j) layers.block(channels);
    if (!is_last) layers.skip();  // the upsampling
    layers.conv(channels, is_last ? kPictureChannels : channels, is_last);
  }
  return layers.take();
}

}  // namespace

std::vector<TinyAutoencoderTensor> tiny_autoencoder_tensors(const TinyAutoencoderConfig& config,
                                                            TinyAutoencoderPart part) {
  return part == TinyAutoencoderPart::encoder ? encoder_tensors(config) : decoder_tensors(config);
}

bool has_original_names(const nn::Parameters& p, TinyAutoencoderPart part) {
  // The first convolution and the first of a block. An encoder has no convolution by itself at 1, a decoder none at 0.
  const bool is_encoder = part == TinyAutoencoderPart::encoder;
  return p.find(is_encoder ? "0.weight" : "1.weight") && p.find(is_encoder ? "1.conv.0.weight" : "3.conv.0.weight");
}

nn::Parameters with_diffusers_names(const nn::Parameters& original, const TinyAutoencoderConfig& config,
                                    TinyAutoencoderPart part) {
  std::unordered_map<std::string, std::string> originals;
  for (TinyAutoencoderTensor& tensor : tiny_autoencoder_tensors(config, part)) {
    originals.emplace(std::move(tensor.name), std::move(tensor.original_name));
  }
  return nn::Parameters([original, originals = std::move(originals)](const std::string& name) {
    const auto found = originals.find(name);
    return found == originals.end() ? Weight{} : original.get(found->second);
  });
}

}  // namespace redraw
