// Caches networks in memory, each by itself, of one model or several.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "ops/backend.h"
#include "pipelines/network_key.h"

namespace redraw {

/// Keeps networks under a budget of bytes and evicts the least recently used first. A network in use, whose handle
/// somebody holds, is never evicted. A needed network is built even if the budget has no room for it beside those in
/// use. Like its backend, it is not for use from two threads at once.
class NetworkCache {
 public:
  static constexpr uint64_t kNoLimit = UINT64_MAX;

  /// The backend must outlive the cache and the handles it returned.
  explicit NetworkCache(Backend& backend, uint64_t budget_bytes = kNoLimit)
      : backend_(backend), budget_bytes_(budget_bytes) {}
  NetworkCache(const NetworkCache&) = delete;
  NetworkCache& operator=(const NetworkCache&) = delete;

  /// The network of this key. If it is not in memory, `bytes` tells what it will take, others are evicted until that
  /// fits, and `build` makes it. T: the type of the key's kind. If `build` throws, the exception passes through and
  /// nothing is kept.
  template <typename T>
  std::shared_ptr<const T> get(const NetworkKey& key, const std::function<uint64_t()>& bytes,
                               const std::function<T()>& build) {
    return std::static_pointer_cast<const T>(
        get_any(key, bytes, [&]() -> std::shared_ptr<const void> { return std::make_shared<const T>(build()); }));
  }

  /// Drops one network now. Its memory is free once nobody holds it. A later `get` builds it again.
  void release(const NetworkKey& key);
  /// Evicts everything that is not in use and does not have one of these keys.
  void keep_only(std::span<const NetworkKey> keys);
  /// Evicts everything that is not in use.
  void evict_all() { keep_only({}); }

  uint64_t budget_bytes() const { return budget_bytes_; }
  /// Sets the budget, and evicts at once what no longer fits.
  void set_budget(uint64_t bytes);

  /// The estimated bytes of everything kept, in use or not.
  uint64_t bytes() const;
  size_t size() const { return entries_.size(); }
  bool has(const NetworkKey& key) const;

  struct Row {
    NetworkKind kind;
    std::vector<FileIdentity> files;
    uint64_t bytes;
    bool is_in_use;
  };
  /// Everything kept, the most recently used first.
  std::vector<Row> rows() const;

  /// While it lives, every network is built within `around`. `around` must call its argument once.
  using AroundBuild = std::function<void(const std::function<void()>& build)>;
  class [[nodiscard]] BuildScope {
   public:
    BuildScope(NetworkCache& cache, AroundBuild around)
        : cache_(cache), before_(std::exchange(cache.around_build_, std::move(around))) {}
    BuildScope(const BuildScope&) = delete;
    BuildScope& operator=(const BuildScope&) = delete;
    ~BuildScope() { cache_.around_build_ = std::move(before_); }

   private:
    NetworkCache& cache_;
    AroundBuild before_;
  };

 private:
  struct Entry {
    NetworkKey key;
    uint64_t bytes;
    std::shared_ptr<const void> network;
    bool is_in_use() const { return network.use_count() > 1; }
  };

  std::shared_ptr<const void> get_any(const NetworkKey& key, const std::function<uint64_t()>& bytes,
                                      const std::function<std::shared_ptr<const void>()>& build);
  void make_room(uint64_t bytes);

  Backend& backend_;
  uint64_t budget_bytes_;
  std::list<Entry> entries_;  ///< the most recently used first
  AroundBuild around_build_;
};

}  // namespace redraw
