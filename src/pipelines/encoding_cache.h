// A cache of encoded prompts and pictures.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <variant>

#include "pipelines/autoencoder.h"
#include "pipelines/network_key.h"
#include "pipelines/text_encoders.h"

namespace redraw {

/// Everything that decides an encoded prompt. Keys are compared in this order, so what differs most comes first.
struct PromptKey {
  std::string prompt;
  int64_t clip_skip = 1;
  NetworkKey tokenizers;
  NetworkKey text_encoders;
  bool operator==(const PromptKey&) const = default;
};

/// Everything that decides an encoded picture.
struct PictureKey {
  std::string pixels_sha256;
  int64_t width = 0;  ///< in pixels
  int64_t height = 0;
  WrapAxes wrap = {};
  NetworkKey encoder;
  bool operator==(const PictureKey&) const = default;
};

/// Keeps encodings under a budget of bytes and evicts the least recently used first. For a picture it keeps the
/// posterior, so that every run can draw from it again. Not for use from two threads at once.
class EncodingCache {
 public:
  static constexpr uint64_t kDefaultBudget = uint64_t{64} << 20;  ///< some hundreds of prompts and pictures

  explicit EncodingCache(uint64_t budget_bytes = kDefaultBudget) : budget_bytes_(budget_bytes) {}

  /// Null if it is not there.
  std::shared_ptr<const EncodedPrompt> find(const PromptKey& key);
  std::shared_ptr<const EncodedPicture> find(const PictureKey& key);
  /// Keeps a value and returns it. A value larger than the whole budget is returned but not kept.
  std::shared_ptr<const EncodedPrompt> keep(PromptKey key, EncodedPrompt prompt);
  std::shared_ptr<const EncodedPicture> keep(PictureKey key, EncodedPicture picture);

  /// Bytes of what is kept: numbers and prompts.
  uint64_t bytes() const { return bytes_; }
  size_t size() const { return entries_.size(); }
  void set_budget(uint64_t bytes);
  void clear();

 private:
  struct Entry {
    std::variant<PromptKey, PictureKey> key;
    std::shared_ptr<const void> encoded;
    uint64_t bytes;
  };

  template <typename Key>
  std::shared_ptr<const void> find_any(const Key& key);
  void keep_any(Entry entry);
  void evict_to_budget();

  uint64_t budget_bytes_;
  uint64_t bytes_ = 0;
  std::list<Entry> entries_;  ///< the most recently used first
};

}  // namespace redraw
