// What identifies a network: two networks with equal keys compute the same.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/file_identity.h"
#include "checkpoint/checkpoint.h"

namespace redraw {

/// Each kind is one type: PromptTokenizers, TextEncoders, UNet, VaeEncoder, VaeDecoder, TinyEncoder, TinyDecoder.
enum class NetworkKind { tokenizers, text_encoders, unet, vae_encoder, vae_decoder, tiny_encoder, tiny_decoder };
/// "tokenizers", "text encoders", "UNet", "VAE encoder", "VAE decoder", "tiny encoder", "tiny decoder"
std::string_view name_of(NetworkKind kind);

/// Files that a network reads, and how it finds its tensors in them.
struct NetworkSource {
  std::vector<FileIdentity> files = {};
  Layout layout = Layout::diffusers;
  std::string prefix = {};  ///< the beginning of its tensors' names; for CLIP's standard tokenizer the padding
  bool operator==(const NetworkSource&) const = default;
};

/// For tokenizers and text encoders: the configuration of the two encoders.
struct TextConfigs {
  std::optional<ClipTextConfig> first = {};
  std::optional<ClipTextConfig> second = {};
  bool operator==(const TextConfigs&) const = default;
};

/// The key has nothing of a model's other parts: another VAE does not change the UNet's key.
struct NetworkKey {
  NetworkKind kind = NetworkKind::unet;
  std::vector<NetworkSource> sources = {};
  std::variant<std::monostate, TextConfigs, UNetConfig, VaeConfig, TinyAutoencoderConfig> config = {};
  bool operator==(const NetworkKey&) const = default;
};

/// The keys of a model's networks; empty if it has no such network.
struct NetworkKeys {
  NetworkKey tokenizers;
  NetworkKey text_encoders;
  NetworkKey unet;
  std::optional<NetworkKey> encoder;  ///< VaeEncoder or TinyEncoder
  NetworkKey decoder;                 ///< VaeDecoder or TinyDecoder
  NetworkKey preview_decoder;         ///< the same as the decoder's if there is no other

  std::vector<NetworkKey> all() const;
};
/// vocabulary: as for PromptTokenizers. Tokenizers count the files that are there now. The other networks count the
/// files that the checkpoint opened.
NetworkKeys network_keys(const Checkpoint& checkpoint, const std::filesystem::path& vocabulary);

}  // namespace redraw
