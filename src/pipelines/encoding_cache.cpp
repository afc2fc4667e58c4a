#include "pipelines/encoding_cache.h"

#include <algorithm>
#include <utility>

namespace redraw {

template <typename Key>
std::shared_ptr<const void> EncodingCache::find_any(const Key& key) {
  const auto found = std::ranges::find_if(entries_, [&](const Entry& entry) {
    const Key* own = std::get_if<Key>(&entry.key);
    return own != nullptr && *own == key;
  });
  if (found == entries_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found);
  return entries_.front().encoded;
}

std::shared_ptr<const EncodedPrompt> EncodingCache::find(const PromptKey& key) {
  return std::static_pointer_cast<const EncodedPrompt>(find_any(key));
}

std::shared_ptr<const EncodedPicture> EncodingCache::find(const PictureKey& key) {
  return std::static_pointer_cast<const EncodedPicture>(find_any(key));
}

std::shared_ptr<const EncodedPrompt> EncodingCache::keep(PromptKey key, EncodedPrompt prompt) {
  const uint64_t bytes =
      key.prompt.size() + static_cast<uint64_t>(prompt.context.elements() + prompt.pooled.elements()) * sizeof(float);
  auto encoded = std::make_shared<const EncodedPrompt>(std::move(prompt));
  keep_any({.key = std::move(key), .encoded = encoded, .bytes = bytes});
  return encoded;
}

std::shared_ptr<const EncodedPicture> EncodingCache::keep(PictureKey key, EncodedPicture picture) {
  const uint64_t bytes = picture.bytes();
  auto encoded = std::make_shared<const EncodedPicture>(std::move(picture));
  keep_any({.key = std::move(key), .encoded = encoded, .bytes = bytes});
  return encoded;
}

void EncodingCache::keep_any(Entry entry) {
  std::erase_if(entries_, [&](const Entry& old) {
    if (old.key != entry.key) return false;
    bytes_ -= old.bytes;
    return true;
  });
  bytes_ += entry.bytes;
  entries_.push_front(std::move(entry));
  evict_to_budget();
}

void EncodingCache::evict_to_budget() {
  while (bytes_ > budget_bytes_) {
    bytes_ -= entries_.back().bytes;
    entries_.pop_back();
  }
}

void EncodingCache::set_budget(uint64_t bytes) {
  budget_bytes_ = bytes;
  evict_to_budget();
}

void EncodingCache::clear() {
  entries_.clear();
  bytes_ = 0;
}

}  // namespace redraw
