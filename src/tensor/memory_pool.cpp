#include "tensor/memory_pool.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <sys/mman.h>

#include "base/error.h"

namespace redraw {
namespace {

constexpr size_t kAlignment = 64;

// Blocks from this size on lie on huge pages where the system has them. A model's weights are gigabytes that are
// touched for the first time while it loads, and each small page costs a fault (docs/performance.md).
constexpr size_t kHugePage = size_t{2} << 20;

std::byte* fresh_block(size_t size) {
  if (size < 2 * kHugePage) return static_cast<std::byte*>(std::aligned_alloc(kAlignment, size));
  void* block = nullptr;
  if (::posix_memalign(&block, kHugePage, size) != 0) return nullptr;
  (void)::madvise(block, size, MADV_HUGEPAGE);  // a wish: without it the block is as good as another
  return static_cast<std::byte*>(block);
}

}  // namespace

struct MemoryPool::State {
  std::mutex mutex;
  std::multimap<size_t, std::byte*> kept;  // by size
  size_t in_use_bytes = 0;
  size_t peak_bytes = 0;
  size_t held_bytes = 0;
  size_t peak_held_bytes = 0;

  ~State() {
    for (auto& [size, block] : kept) std::free(block);
  }
};

MemoryPool::MemoryPool() : state_(std::make_shared<State>()) {}
MemoryPool::~MemoryPool() = default;

std::shared_ptr<std::byte> MemoryPool::allocate(size_t bytes) {
  size_t size = std::max(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment);
  std::byte* block = nullptr;
  {
    const std::lock_guard lock(state_->mutex);
    const auto it = state_->kept.lower_bound(size);
    if (it != state_->kept.end() && it->first <= size + size / 4) {
      size = it->first;
      block = it->second;
      state_->kept.erase(it);
    }
  }
  const bool is_new = block == nullptr;
  if (is_new) {
    block = size < bytes ? nullptr : fresh_block(size);
    if (block == nullptr) {
      throw Error(Code::out_of_memory, "there is not enough memory for " + std::to_string(bytes) +
                                           " bytes more; use a smaller width and height");
    }
  }
  {
    const std::lock_guard lock(state_->mutex);
    if (is_new) state_->held_bytes += size;
    state_->peak_held_bytes = std::max(state_->peak_held_bytes, state_->held_bytes);
    state_->in_use_bytes += size;
    state_->peak_bytes = std::max(state_->peak_bytes, state_->in_use_bytes);
  }
  return {block, [state = state_, size](std::byte* returned) {
            const std::lock_guard lock(state->mutex);
            state->in_use_bytes -= size;
            state->kept.emplace(size, returned);
          }};
}

size_t MemoryPool::peak_bytes() const {
  const std::lock_guard lock(state_->mutex);
  return state_->peak_bytes;
}

size_t MemoryPool::held_bytes() const {
  const std::lock_guard lock(state_->mutex);
  return state_->held_bytes;
}

size_t MemoryPool::peak_held_bytes() const {
  const std::lock_guard lock(state_->mutex);
  return state_->peak_held_bytes;
}

void MemoryPool::trim() {
  const std::lock_guard lock(state_->mutex);
  for (auto& [size, block] : state_->kept) {
    std::free(block);
    state_->held_bytes -= size;
  }
  state_->kept.clear();
}

}  // namespace redraw
