#include "image/start_pictures.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <string>
#include <thread>
#include <vector>

#include "image/decode/decode.h"
#include "image/image_test_support.h"

namespace redraw {
namespace {

// Ends the process with 0 when libvips reads a picture, and the variable is as it was.
[[noreturn]] void start_from_threads(const char* value) {
  if (value == nullptr) {
    ::unsetenv("VIPSHOME");
  } else {
    ::setenv("VIPSHOME", value, 1);
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back(start_pictures);
  for (std::thread& thread : threads) thread.join();
  const char* now = std::getenv("VIPSHOME");
  const bool is_as_before = value == nullptr ? now == nullptr : now != nullptr && std::string(now) == value;
  const bool reads = decode_image_file(std::string(REDRAW_SOURCE_DIR) + "/examples/fire-drawing.png").image.width > 0;
  std::_Exit(is_as_before && reads ? 0 : 1);
}

TEST(StartPicturesDeathTest, FromManyThreadsAtOnceLeavesTheEnvironmentAsItWas) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // in a process in which libvips has not started
  EXPECT_EXIT(start_from_threads(nullptr), ::testing::ExitedWithCode(0), "");
  EXPECT_EXIT(start_from_threads("/somewhere"), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace redraw
