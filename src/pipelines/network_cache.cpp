#include "pipelines/network_cache.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace redraw {

std::shared_ptr<const void> NetworkCache::get_any(const NetworkKey& key, const std::function<uint64_t()>& bytes,
                                                  const std::function<std::shared_ptr<const void>()>& build) {
  const auto found = std::ranges::find(entries_, key, &Entry::key);
  if (found != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, found);
    return entries_.front().network;
  }
  const uint64_t needed = bytes();
  make_room(needed);
  std::shared_ptr<const void> network;
  const auto build_now = [&] { network = build(); };
  if (around_build_) {
    around_build_(build_now);
  } else {
    build_now();
  }
  entries_.push_front({.key = key, .bytes = needed, .network = network});
  return network;
}

// Evicted memory goes back to the system before anything new is built.
void NetworkCache::make_room(uint64_t bytes) {
  const uint64_t limit = budget_bytes_ - std::min(budget_bytes_, bytes);
  uint64_t kept = this->bytes();
  bool is_evicting = false;
  for (auto entry = entries_.end(); entry != entries_.begin() && kept > limit;) {
    --entry;
    if (entry->is_in_use()) continue;
    kept -= entry->bytes;
    entry = entries_.erase(entry);
    is_evicting = true;
  }
  if (is_evicting) backend_.pool().trim();
}

void NetworkCache::release(const NetworkKey& key) {
  if (std::erase_if(entries_, [&](const Entry& entry) { return entry.key == key; }) > 0) backend_.pool().trim();
}

void NetworkCache::keep_only(std::span<const NetworkKey> keys) {
  const auto goes = [&](const Entry& entry) {
    return !entry.is_in_use() && std::ranges::find(keys, entry.key) == keys.end();
  };
  if (std::erase_if(entries_, goes) > 0) backend_.pool().trim();
}

void NetworkCache::set_budget(uint64_t bytes) {
  budget_bytes_ = bytes;
  make_room(0);
}

uint64_t NetworkCache::bytes() const {
  uint64_t sum = 0;
  for (const Entry& entry : entries_) sum += entry.bytes;
  return sum;
}

bool NetworkCache::has(const NetworkKey& key) const {
  return std::ranges::find(entries_, key, &Entry::key) != entries_.end();
}

std::vector<NetworkCache::Row> NetworkCache::rows() const {
  std::vector<Row> rows;
  for (const Entry& entry : entries_) {
    Row& row = rows.emplace_back(
        Row{.kind = entry.key.kind, .files = {}, .bytes = entry.bytes, .is_in_use = entry.is_in_use()});
    for (const NetworkSource& source : entry.key.sources) {
      row.files.insert(row.files.end(), source.files.begin(), source.files.end());
    }
  }
  return rows;
}

}  // namespace redraw
