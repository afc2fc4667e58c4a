// The networks in memory, of one model or several, each by itself.
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

/// Keeps networks under a budget of bytes. What somebody holds a handle of is in use and is never evicted; of the
/// others the one that was asked for the longest ago goes first. A network that is needed is built even where the
/// budget has no room for it beside those in use. As its backend: not for use from two threads at once.
class NetworkCache {
 public:
  static constexpr uint64_t kNoLimit = UINT64_MAX;

  /// The backend must outlive the cache and the handles that it gave.
  explicit NetworkCache(Backend& backend, uint64_t budget_bytes = kNoLimit)
      : backend_(backend), budget_bytes_(budget_bytes) {}
  NetworkCache(const NetworkCache&) = delete;
  NetworkCache& operator=(const NetworkCache&) = delete;

  /// The network of this key. Where there is none in memory, `bytes` tells what it will take, others are evicted until
  /// that fits, and `build` makes it. T: the type of the key's kind. What `build` throws passes through, and nothing is
  /// kept.
  template <typename T>
  std::shared_ptr<const T> get(const NetworkKey& key, const std::function<uint64_t()>& bytes,
                               const std::function<T()>& build) {
    return std::static_pointer_cast<const T>(
        get_any(key, bytes, [&]() -> std::shared_ptr<const void> { return std::make_shared<const T>(build()); }));
  }

  /// Lets one network go now. Its memory is free once nobody holds it any more; a later `get` builds it anew.
  void release(const NetworkKey& key);
  /// Evicts everything that is not in use and has none of these keys.
  void keep_only(std::span<const NetworkKey> keys);
  /// Evicts everything that is not in use.
  void evict_all() { keep_only({}); }

  uint64_t budget_bytes() const { return budget_bytes_; }
  /// Evicts at once what has no room any more.
  void set_budget(uint64_t bytes);

  /// By the estimates of what is kept, in use or not.
  uint64_t bytes() const;
  size_t size() const { return entries_.size(); }
  bool has(const NetworkKey& key) const;

  struct Row {
    NetworkKind kind;
    std::vector<FileIdentity> files;
    uint64_t bytes;
    bool is_in_use;
  };
  /// What is kept, the last used first.
  std::vector<Row> rows() const;

  /// While it lives, every building of a network runs within `around`, which has to call what it is given, once.
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
  std::list<Entry> entries_;  ///< the last used first
  AroundBuild around_build_;
};

}  // namespace redraw
