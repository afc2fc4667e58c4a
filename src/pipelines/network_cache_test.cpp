#include "pipelines/network_cache.h"

#include <gtest/gtest.h>
#include <stdexcept>

namespace redraw {
namespace {

// A network's numbers, allocated from the backend's pool as a real network's are.
struct FakeNetwork {
  Tensor weights;
};

class Networks : public ::testing::Test {
 protected:
  static constexpr uint64_t kBytes = uint64_t{1} << 20;  // of each

  static NetworkKey key(int number) {
    return {.kind = NetworkKind::unet, .sources = {{.prefix = std::to_string(number)}}};
  }

  std::shared_ptr<const FakeNetwork> get(int number, uint64_t bytes = kBytes) {
    return cache_.get<FakeNetwork>(
        key(number), [&] { return bytes; },
        [&] {
          built_.push_back(number);
          at_building_ = kept();
          return FakeNetwork{Tensor(backend_->pool(), {static_cast<int64_t>(bytes / sizeof(float))})};
        });
  }

  std::vector<int> kept() const {
    std::vector<int> numbers;
    for (int number = 1; number < 10; ++number) {
      if (cache_.has(key(number))) numbers.push_back(number);
    }
    return numbers;
  }

  Context context_{1};
  std::unique_ptr<Backend> backend_ = make_reference_backend(context_);
  NetworkCache cache_{*backend_, 3 * kBytes};
  std::vector<int> built_;
  std::vector<int> at_building_;  // what the cache held when the last network was built
};

TEST_F(Networks, AreBuiltOnceAndFoundAgain) {
  const FakeNetwork* first = get(1).get();
  get(2);
  EXPECT_EQ(get(1).get(), first);
  EXPECT_EQ(built_, (std::vector<int>{1, 2}));
  EXPECT_EQ(cache_.size(), 2);
  EXPECT_EQ(cache_.bytes(), 2 * kBytes);
}

TEST_F(Networks, ThatWereUsedTheLongestAgoGoFirstAndBeforeTheNewOneIsBuilt) {
  for (const int number : {1, 2, 3}) get(number);
  get(1);
  get(4);
  EXPECT_EQ(at_building_, (std::vector<int>{1, 3}));
  EXPECT_EQ(kept(), (std::vector<int>{1, 3, 4}));
  get(5, 2 * kBytes);
  EXPECT_EQ(kept(), (std::vector<int>{4, 5}));
  EXPECT_EQ(cache_.bytes(), 3 * kBytes);
}

TEST_F(Networks, InUseAreNeverEvicted) {
  const auto first = get(1);
  const auto second = get(2);
  get(3);
  get(4);
  EXPECT_EQ(kept(), (std::vector<int>{1, 2, 4}));
  get(5, 3 * kBytes);
  EXPECT_EQ(kept(), (std::vector<int>{1, 2, 5})) << "it is built although it has no room";
  cache_.evict_all();
  EXPECT_EQ(kept(), (std::vector<int>{1, 2}));
  EXPECT_EQ(built_, (std::vector<int>{1, 2, 3, 4, 5}));
  EXPECT_EQ(get(1), first);
}

TEST_F(Networks, GiveTheirMemoryBackToTheSystemBeforeTheNextIsBuilt) {
  get(1);
  get(2, 2 * kBytes);
  get(3, 3 * kBytes);  // another size, or the pool could reuse a block that it kept
  EXPECT_EQ(backend_->pool().peak_held_bytes(), 3 * kBytes);
}

TEST_F(Networks, AreReleasedAtOnceAndFreeWhenNobodyHoldsThem) {
  auto held = get(1);
  get(2);
  cache_.release(key(2));
  cache_.release(key(1));
  EXPECT_EQ(cache_.size(), 0);
  EXPECT_EQ(held->weights.elements(), kBytes / sizeof(float));
  const auto again = get(1);
  EXPECT_NE(again, held);
  cache_.release(key(9));  // nothing has this key
  EXPECT_EQ(cache_.size(), 1);
}

TEST_F(Networks, GoByTheBudgetAndByWhatIsToStay) {
  for (const int number : {1, 2, 3}) get(number);
  cache_.set_budget(2 * kBytes);
  EXPECT_EQ(kept(), (std::vector<int>{2, 3}));
  const std::vector<NetworkKey> stays = {key(2), key(7)};
  cache_.keep_only(stays);
  EXPECT_EQ(kept(), (std::vector<int>{2}));
}

TEST_F(Networks, ThatFailToBuildAreNotKept) {
  const auto fail = [&] {
    cache_.get<FakeNetwork>(
        key(1), [] { return kBytes; }, []() -> FakeNetwork { throw std::runtime_error("no"); });
  };
  EXPECT_THROW(fail(), std::runtime_error);
  EXPECT_EQ(cache_.size(), 0);
  EXPECT_TRUE(get(1));
}

TEST_F(Networks, AreBuiltWithinWhatTheScopeGives) {
  int around = 0;
  {
    const NetworkCache::BuildScope scope(cache_, [&](const std::function<void()>& build) {
      ++around;
      build();
    });
    get(1);
    get(1);
  }
  get(2);
  EXPECT_EQ(around, 1);
  EXPECT_EQ(built_, (std::vector<int>{1, 2}));
}

TEST_F(Networks, AreListedWithWhatTheyTake) {
  get(1);
  const auto held = get(2);
  const std::vector<NetworkCache::Row> rows = cache_.rows();
  ASSERT_EQ(rows.size(), 2);
  EXPECT_TRUE(rows[0].is_in_use);
  EXPECT_FALSE(rows[1].is_in_use);
  EXPECT_EQ(rows[0].bytes, kBytes);
  EXPECT_EQ(name_of(rows[0].kind), "UNet");
}

}  // namespace
}  // namespace redraw
