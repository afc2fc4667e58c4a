#include "diffusion/numpy_seed_sequence.h"

#include <gtest/gtest.h>
#include <string>

#include "diffusion/test_support.h"
#include "support/golden.h"

namespace redraw {
namespace {

std::vector<double> as_doubles(const std::vector<uint32_t>& words) {
  return {words.begin(), words.end()};
}

TEST(NumpySeedSequence, GivesNumpysSeedsForNumbersOfOneWordAndTwo) {
  const SafetensorsFile file = golden("rng/brownian.safetensors");
  for (uint64_t entropy : {uint64_t{0}, uint64_t{1}, uint64_t{42}, uint64_t{0xFFFFFFFF}, uint64_t{0x100000000},
                           uint64_t{9876543210123}, UINT64_MAX}) {
    const std::string name = "seeds/" + std::to_string(entropy);
    EXPECT_EQ(as_doubles(numpy_seed_sequence(entropy, {}, 24, 3)), read_golden(file, name).values) << name;
    for (const std::vector<uint64_t>& key :
         {std::vector<uint64_t>{0, 0}, {1, 1}, {12345, 17}, {(uint64_t{1} << 32) + 5, 33}}) {
      const std::string spawned = name + "/" + std::to_string(key[0]) + "-" + std::to_string(key[1]);
      EXPECT_EQ(as_doubles(numpy_seed_sequence(entropy, key, 24, 4)), read_golden(file, spawned).values) << spawned;
    }
  }
}

TEST(NumpySeedSequence, GoesRoundThePoolForMoreSeedsThanItHasWords) {
  // np.random.SeedSequence(42).generate_state(6), whose pool has four words.
  EXPECT_EQ(numpy_seed_sequence(42, {}, 4, 6),
            (std::vector<uint32_t>{3444837047u, 2669555309u, 2046530742u, 3581440988u, 1691623607u, 2099784219u}));
}

TEST(NumpySeedSequence, RefusesAPoolBelowNumpysSmallest) {
  EXPECT_EQ(thrown_by([] { numpy_seed_sequence(0, {}, 3, 1); }).code, Code::internal);
}

}  // namespace
}  // namespace redraw
