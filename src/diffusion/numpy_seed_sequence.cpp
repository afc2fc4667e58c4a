#include "diffusion/numpy_seed_sequence.h"

#include <string>

#include "base/error.h"

namespace redraw {
namespace {

// A number that changes with every use, and scrambles one word.
class Hash {
 public:
  Hash(uint32_t start, uint32_t multiplier) : constant_(start), multiplier_(multiplier) {}

  uint32_t operator()(uint32_t word) {
    word ^= constant_;
    constant_ *= multiplier_;
    word *= constant_;
    return word ^ word >> 16;
  }

 private:
  uint32_t constant_;
  uint32_t multiplier_;
};

uint32_t mix(uint32_t a, uint32_t b) {
  const uint32_t word = 0xCA01F9DDu * a - 0x4973F715u * b;
  return word ^ word >> 16;
}

// From the lowest word up, without words of zero at the end but the only one.
void append_words(uint64_t number, std::vector<uint32_t>& words) {
  words.push_back(static_cast<uint32_t>(number));
  if (number >> 32 != 0) words.push_back(static_cast<uint32_t>(number >> 32));
}

}  // namespace

std::vector<uint32_t> numpy_seed_sequence(uint64_t entropy, std::span<const uint64_t> spawn_key, size_t pool_size,
                                          size_t count) {
  if (pool_size < 4) throw Error(Code::internal, "seed sequence: a pool of " + std::to_string(pool_size) + " words");
  std::vector<uint32_t> words;
  append_words(entropy, words);
  // Zeros between entropy and key, so that a longer entropy is not a shorter one with a key.
  if (!spawn_key.empty() && words.size() < pool_size) words.resize(pool_size);
  for (uint64_t key : spawn_key) append_words(key, words);

  Hash into_pool(0x43B0D7E5u, 0x931E8875u);
  std::vector<uint32_t> pool(pool_size);
  for (size_t i = 0; i < pool_size; ++i) pool[i] = into_pool(i < words.size() ? words[i] : 0);
  for (size_t from = 0; from < pool_size; ++from) {
    for (size_t to = 0; to < pool_size; ++to) {
      if (from != to) pool[to] = mix(pool[to], into_pool(pool[from]));
    }
  }
  for (size_t from = pool_size; from < words.size(); ++from) {
    for (uint32_t& word : pool) word = mix(word, into_pool(words[from]));
  }

  Hash out_of_pool(0x8B51F9DDu, 0x58F38DEDu);
  std::vector<uint32_t> state(count);
  for (size_t i = 0; i < count; ++i) state[i] = out_of_pool(pool[i % pool_size]);
  return state;
}

}  // namespace redraw
