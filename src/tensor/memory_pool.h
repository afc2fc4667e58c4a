// Blocks of memory for activations, handed out again after they come back.
#pragma once

#include <cstddef>
#include <memory>

namespace redraw {

/// A denoising step asks for the same sizes again and again. The pool keeps what it is given back, and serves the
/// smallest kept block that fits and is at most a quarter too large. So a step does not go to the system and does not
/// touch fresh pages. Blocks are aligned to 64 bytes. Safe to use from several threads.
class MemoryPool {
 public:
  MemoryPool();
  MemoryPool(const MemoryPool&) = delete;
  MemoryPool& operator=(const MemoryPool&) = delete;
  ~MemoryPool();

  /// Uninitialised memory; goes back to the pool when the last copy of the pointer dies, also after the pool itself.
  /// Throws Error(out_of_memory) with the size.
  std::shared_ptr<std::byte> allocate(size_t bytes);

  /// The most bytes that were handed out at one time.
  size_t peak_bytes() const;
  /// The bytes that are taken from the system now: handed out and kept.
  size_t held_bytes() const;
  /// The most that these were at one time.
  size_t peak_held_bytes() const;
  /// Frees what is kept and not handed out.
  void trim();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace redraw
