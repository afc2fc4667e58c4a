// numpy's SeedSequence: many unrelated seeds from one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace redraw {

/// `numpy.random.SeedSequence(entropy, spawn_key=spawn_key, pool_size=pool_size).generate_state(count)` (numpy 1.17 and
/// later, numpy/random/bit_generator.pyx; after O'Neill's randutils): each of the seeds depends on every bit of entropy
/// and spawn_key. Equal to numpy's. pool_size >= 4, as there; throws Error(internal) below.
std::vector<uint32_t> numpy_seed_sequence(uint64_t entropy, std::span<const uint64_t> spawn_key, size_t pool_size,
                                          size_t count);

}  // namespace redraw
