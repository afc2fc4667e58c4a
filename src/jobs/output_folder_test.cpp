#include "jobs/output_folder.h"

#include <cerrno>
#include <fstream>
#include <gtest/gtest.h>
#include <set>
#include <thread>

#include "base/error.h"
#include "support/error_of.h"
#include "support/temporary_folder.h"

namespace redraw {
namespace {

std::vector<std::byte> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()),
          reinterpret_cast<const std::byte*>(text.data()) + text.size()};
}

std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

TEST(OutputFolder, CountsOnFromTheHighestAndNeverOverwrites) {
  const TemporaryFolder temporary;
  temporary.write("out/000041.7.png", "old");
  temporary.write("out/note.txt", "x");
  OutputFolder folder(temporary / "out");
  const auto bytes = bytes_of("new");
  const OutputFile files[] = {{.tag = "", .bytes = bytes}, {.tag = "steps", .bytes = bytes}};
  const auto paths = folder.save(7, files);
  EXPECT_EQ(paths[0].filename(), "000042.7.png");
  EXPECT_EQ(paths[1].filename(), "000042.7.steps.png");
  EXPECT_EQ(names_in(temporary / "out"),
            (std::set<std::string>{"000041.7.png", "000042.7.png", "000042.7.steps.png", "note.txt"}));
}

TEST(OutputFolder, TwoFilesOfOneNameAreRefusedAtOnce) {
  const TemporaryFolder temporary;
  const auto bytes = bytes_of("new");
  const OutputFile files[] = {{.tag = "steps", .bytes = bytes}, {.tag = "steps", .bytes = bytes}};
  EXPECT_EQ(code_of([&] { OutputFolder(temporary.path()).save(7, files); }), Code::internal);
  EXPECT_TRUE(names_in(temporary.path()).empty());
}

TEST(OutputFolder, ManyWritersGetACounterEach) {
  const TemporaryFolder temporary;
  constexpr int kWriters = 8, kEach = 20;
  std::vector<std::thread> writers;
  writers.reserve(kWriters);
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      OutputFolder folder(temporary.path());
      const auto bytes = bytes_of("picture");
      const OutputFile file{.tag = "", .bytes = bytes};
      for (int i = 0; i < kEach; ++i) folder.save(static_cast<uint64_t>(w), {&file, 1});
    });
  }
  for (std::thread& writer : writers) writer.join();
  std::set<std::string> counters;
  for (const std::string& name : names_in(temporary.path())) counters.insert(name.substr(0, 6));
  EXPECT_EQ(counters.size(), static_cast<size_t>(kWriters * kEach));
  EXPECT_EQ(*counters.rbegin(), "000160");
}

TEST(OutputFolder, AFullDiskAtAnyWriteLeavesNothingBehind) {
  const auto bytes = bytes_of(std::string(1000, 'x'));
  const OutputFile files[] = {{.tag = "", .bytes = bytes}, {.tag = "steps", .bytes = bytes}};
  for (int fail_at = 0; fail_at < 4; ++fail_at) {
    const TemporaryFolder temporary;
    int calls = 0;
    OutputFolder folder(temporary.path(), [&](int descriptor, const void* data, size_t count) -> int64_t {
      if (calls++ == fail_at) {
        errno = ENOSPC;
        return -1;
      }
      return ::write(descriptor, data, std::min<size_t>(count, 500));  // short writes, as a filling disk makes
    });
    EXPECT_NE(message_of(Code::disk_full, [&] { folder.save(1, files); }).find("make room"), std::string::npos);
    EXPECT_TRUE(names_in(temporary.path()).empty()) << "failing write " << fail_at;
  }
}

TEST(OutputFolder, AFolderThatCannotBeMadeIsRefusedBeforeAnythingRuns) {
  const TemporaryFolder temporary;
  temporary.write("file", "x");
  message_of(Code::output_not_writable, [&] { OutputFolder folder(temporary / "file/out"); });
}

}  // namespace
}  // namespace redraw
