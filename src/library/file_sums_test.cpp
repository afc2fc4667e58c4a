#include "library/file_sums.h"

#include <atomic>
#include <chrono>
#include <future>
#include <gtest/gtest.h>
#include <memory>
#include <new>
#include <thread>

#include "base/sha256.h"
#include "library/sums_at_work.h"
#include "support/error_of.h"
#include "support/temporary_folder.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

// Old enough for its sum to be kept.
fs::path write_old(const TemporaryFolder& folder, const fs::path& name, const std::string& text) {
  const fs::path path = folder.write(name, text);
  fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(1));
  return path;
}

ModelFiles one_file(const fs::path& path) {
  return {.path = path};
}

struct Summed {
  std::string sha256;
  uint64_t bytes_read;
};

Summed summed(FileSums& sums, const fs::path& path, bool is_started = false) {
  SumsAtWork work(sums, {one_file(path)});
  if (is_started) work.start();
  const std::string sum = work.wait().front();
  return {sum, work.bytes_read()};
}

int64_t now_ns() {
  return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Nobody can give a file an older time of its last change.
class SumsAnHourLater : public FileSums {
 public:
  explicit SumsAnHourLater(fs::path cache_folder = {})
      : FileSums(std::move(cache_folder), [] { return now_ns() + int64_t{3600} * 1'000'000'000; }) {}
};

class FileSumsTest : public testing::Test {
 protected:
  const std::string text_ = std::string(3 << 20, 'x') + "end";
  TemporaryFolder folder_;
  fs::path cache_ = folder_ / "cache";
  fs::path file_ = write_old(folder_, "model.safetensors", text_);
};

TEST_F(FileSumsTest, AreThoseOfSha256sumWithAndWithoutAThread) {
  for (const bool is_started : {false, true}) {
    SumsAnHourLater sums;
    const Summed found = summed(sums, file_, is_started);
    EXPECT_EQ(found.sha256, sha256_of_file(file_));
    EXPECT_EQ(found.bytes_read, text_.size()) << "each byte once, whoever reads it";
  }
  SumsAnHourLater sums;
  EXPECT_EQ(summed(sums, write_old(folder_, "empty", "")).sha256,
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_F(FileSumsTest, AreReadOnceInAProcessAndOnceForAllOfThem) {
  SumsAnHourLater sums(cache_);
  EXPECT_EQ(summed(sums, file_).bytes_read, text_.size());
  EXPECT_EQ(summed(sums, file_).bytes_read, 0u);
  SumsAnHourLater next_process(cache_);
  const Summed again = summed(next_process, file_);
  EXPECT_EQ(again.bytes_read, 0u);
  EXPECT_EQ(again.sha256, sha256_of_file(file_));
  SumsAnHourLater without_folder;
  EXPECT_EQ(summed(without_folder, file_).bytes_read, text_.size());
}

TEST_F(FileSumsTest, AChangedFileIsReadAgain) {
  SumsAnHourLater sums(cache_);
  const std::string before = summed(sums, file_).sha256;
  const fs::file_time_type time = fs::last_write_time(file_);
  std::string other = text_;
  other.back() = 'E';
  folder_.write("model.safetensors", other);
  fs::last_write_time(file_, time);  // size and time of modification as they were
  const Summed after = summed(sums, file_);
  EXPECT_EQ(after.bytes_read, other.size());
  EXPECT_EQ(after.sha256, sha256_of_file(file_));
  EXPECT_NE(after.sha256, before);
  write_old(folder_, "another", text_);
  fs::last_write_time(folder_ / "another", time);
  fs::rename(folder_ / "another", file_);
  EXPECT_EQ(summed(sums, file_).sha256, before);
}

TEST_F(FileSumsTest, AFileThatChangesMeanwhileHasNone) {
  const auto sum_when = [&](const std::function<void()>& change) {
    SumsAnHourLater sums(cache_);
    SumsAtWork work(sums, {one_file(file_)});
    int pieces = 0;
    return work
        .wait([&] {
          if (pieces++ == 2) change();
        })
        .front();
  };
  EXPECT_EQ(sum_when([&] { write_old(folder_, "model.safetensors", std::string(text_.size(), 'y')); }), "");
  EXPECT_EQ(sum_when([&] { folder_.write("model.safetensors", "short"); }), "");
  file_ = write_old(folder_, "model.safetensors", text_);
  EXPECT_EQ(sum_when([&] { fs::rename(write_old(folder_, "another", text_), file_); }), "") << "another file";
  EXPECT_EQ(sum_when([&] { fs::remove(file_); }), "");
  SumsAnHourLater sums(cache_);
  EXPECT_EQ(summed(sums, file_).sha256, "") << "it is gone";
  write_old(folder_, "model.safetensors", text_);
  EXPECT_EQ(summed(sums, file_).sha256, sha256_of_file(file_));
}

TEST_F(FileSumsTest, AFileJustWrittenIsNotKept) {
  FileSums sums;
  const fs::path fresh = folder_.write("fresh", "text");
  EXPECT_EQ(summed(sums, fresh).bytes_read, 4u);
  EXPECT_EQ(summed(sums, fresh).bytes_read, 4u);
  EXPECT_EQ(summed(sums, file_).bytes_read, text_.size());
  EXPECT_EQ(summed(sums, file_).bytes_read, text_.size())
      << "its time of modification is old, and it is new all the same";
}

TEST_F(FileSumsTest, AFileFromTheFutureIsKept) {
  fs::last_write_time(file_, fs::file_time_type::clock::now() + std::chrono::hours(1000));
  SumsAnHourLater sums;
  EXPECT_EQ(summed(sums, file_).bytes_read, text_.size());
  EXPECT_EQ(summed(sums, file_).bytes_read, 0u);
}

TEST_F(FileSumsTest, ADamagedOrUnwritableCacheIsNoError) {
  fs::create_directories(cache_);
  const fs::path kept = cache_ / "file-sums.json";
  const std::string wrong_sum = R"([{"path": ")" + file_.string() + R"(", "sha256": "no sum"}])";
  for (const std::string& text : {std::string("{"), std::string("[]"), std::string(R"({"files": 3})"),
                                  R"({"files": )" + wrong_sum + "}", std::string("\0\xFF", 2), std::string()}) {
    folder_.write("cache/file-sums.json", text);
    SumsAnHourLater sums(cache_);
    EXPECT_EQ(summed(sums, file_).sha256, sha256_of_file(file_)) << text;
    SumsAnHourLater next(cache_);
    EXPECT_EQ(summed(next, file_).bytes_read, 0u) << "it was written anew over: " << text;
  }
  fs::remove(kept);
  fs::create_directory(kept);  // cannot be read, and no file can take its place
  SumsAnHourLater sums(cache_);
  EXPECT_EQ(summed(sums, file_).sha256, sha256_of_file(file_));
  SumsAnHourLater nowhere(file_ / "below a file");
  EXPECT_EQ(summed(nowhere, file_).sha256, sha256_of_file(file_));
}

TEST_F(FileSumsTest, SeveralThreadsAndCachesAtOnceAgree) {
  SumsAnHourLater shared(cache_);
  std::vector<std::string> found(8);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < found.size(); ++i) {
    threads.emplace_back([&, i] {
      SumsAnHourLater own(cache_);
      found[i] = summed(i % 2 == 0 ? shared : own, file_, true).sha256;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& sum : found) EXPECT_EQ(sum, sha256_of_file(file_));
  SumsAnHourLater next(cache_);
  EXPECT_EQ(summed(next, file_).bytes_read, 0u);
}

TEST_F(FileSumsTest, WhatIsStoppedIsNotWaitedFor) {
  const fs::path large = folder_ / "large";
  folder_.write("large", "");
  fs::resize_file(large, uint64_t{8} << 30);  // a hole; it would take several seconds
  SumsAnHourLater sums;
  struct Enough {};
  SumsAtWork work(sums, {one_file(large)});
  work.start();
  int pieces = 0;
  EXPECT_THROW(work.wait([&] {
    if (++pieces == 3) throw Enough();
  }),
               Enough);
  SumsAtWork never_waited_for(sums, {one_file(large)});
  never_waited_for.start();
  EXPECT_LT(work.bytes_read(), uint64_t{1} << 30);
}

// On a busy processor the thread may stand within a piece for as long as the others want.
TEST_F(FileSumsTest, NobodyWaitsForThePieceThatTheThreadReads) {
  struct Gate {
    std::atomic<bool> is_reached = false;
    std::atomic<bool> is_open = false;
  };
  const auto gate = std::make_shared<Gate>();
  const auto stand = [gate] {
    gate->is_reached = true;
    gate->is_reached.notify_all();
    gate->is_open.wait(false);
  };
  SumsAnHourLater sums;
  std::promise<std::string> sum;
  std::thread run([&] {
    SumsAtWork work(sums, {one_file(file_)});
    work.start(stand);
    gate->is_reached.wait(false);
    sum.set_value(work.wait().front());
  });
  std::future<std::string> found = sum.get_future();
  EXPECT_EQ(found.wait_for(std::chrono::seconds(60)), std::future_status::ready) << "it stands as the thread does";
  gate->is_open = true;
  gate->is_open.notify_all();
  run.join();
  EXPECT_EQ(found.get(), sha256_of_file(file_));
}

TEST_F(FileSumsTest, WhatTheThreadThrowsLeavesTheRestToWait) {
  const auto pieces = std::make_shared<std::atomic<int>>(0);
  SumsAnHourLater sums;
  SumsAtWork work(sums, {one_file(file_)});
  work.start([pieces] {
    if (++*pieces == 4) throw std::bad_alloc();
  });
  for (int seen = *pieces; seen < 4; seen = *pieces) std::this_thread::yield();
  EXPECT_EQ(work.wait().front(), sha256_of_file(file_));
  EXPECT_EQ(work.bytes_read(), text_.size()) << "from where the thread had come to";
}

TEST_F(FileSumsTest, TheSumOfAFolderIsThatOfItsFiles) {
  write_old(folder_, "model/a", "one");
  write_old(folder_, "model/b/c", "two");
  const ModelFiles files{.path = folder_ / "model", .is_folder = true, .names = {"a", "b/c"}};
  SumsAnHourLater sums(cache_);
  SumsAtWork work(sums, {files, one_file(file_)});
  work.start();
  EXPECT_EQ(work.wait(), (std::vector<std::string>{model_sha256(files), sha256_of_file(file_)}));
}

}  // namespace
}  // namespace redraw
