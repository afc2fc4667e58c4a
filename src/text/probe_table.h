// A hash table for the tokenizer's two big tables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/error.h"

namespace redraw {

/// From 64-bit keys other than 0 to small values: open addressing, linear probing, at most half full. Entries are only
/// ever added. The keys come from files, and keys that are made to collide must not cost quadratic time, as they would
/// in std::unordered_map. So a search that takes kMaxProbes steps, which no honest file reaches, throws
/// Error(tokenizer_malformed). std::unordered_map is also a third slower on CLIP's 98,000 entries, because it allocates
/// each by itself.
template <typename Value>
class ProbeTable {
 public:
  explicit ProbeTable(size_t expected = 0) { resize(expected); }

  size_t size() const { return size_; }

  const Value* find(uint64_t key) const {
    const Slot& slot = slots_[place_of(key)];
    return slot.key == key ? &slot.value : nullptr;
  }

  /// False, and nothing changes, when the key is there already.
  bool add(uint64_t key, const Value& value) {
    if (2 * (size_ + 1) > slots_.size()) resize(slots_.size());
    Slot& slot = slots_[place_of(key)];
    if (slot.key == key) return false;
    slot = {key, value};
    ++size_;
    return true;
  }

 private:
  static constexpr size_t kMaxProbes = 1024;

  struct Slot {
    uint64_t key = 0;  // 0: free
    Value value{};
  };

  /// Where the key is, or where it would go.
  size_t place_of(uint64_t key) const {
    const size_t mask = slots_.size() - 1;
    // Fibonacci hashing (Knuth, The Art of Computer Programming, 6.4): the product's upper half depends on every bit.
    size_t place = static_cast<size_t>((key * 0x9E3779B97F4A7C15u) >> 32) & mask;
    for (size_t probes = 0; slots_[place].key != key && slots_[place].key != 0; ++probes) {
      if (probes == kMaxProbes)
        throw Error(Code::tokenizer_malformed, "the tokenizer's entries collide as they would only by intent");
      place = (place + 1) & mask;
    }
    return place;
  }

  /// Makes room for `entries` and as many again.
  void resize(size_t entries) {
    size_t count = 16;
    while (count < 2 * entries) count *= 2;
    std::vector<Slot> old(count);
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.key != 0) slots_[place_of(slot.key)] = slot;
  }

  std::vector<Slot> slots_;
  size_t size_ = 0;
};

}  // namespace redraw
