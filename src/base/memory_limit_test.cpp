#include "base/memory_limit.h"

#include <gtest/gtest.h>
#include <string>
#include <unistd.h>

#include "support/temporary_folder.h"

namespace redraw {
namespace {

// Files as the system shows them, in a folder.
class MemoryLimit : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) { folder_.write(name, text); }
  uint64_t limit() const { return cgroup_memory_limit(folder_.path()); }

  TemporaryFolder folder_;
};

TEST_F(MemoryLimit, IsNoneWhereNoFileSetsOne) {
  EXPECT_EQ(limit(), UINT64_MAX);
  write("proc/self/cgroup", "0::/a\n");
  EXPECT_EQ(limit(), UINT64_MAX);
  write("sys/fs/cgroup/a/memory.max", "max\n");
  EXPECT_EQ(limit(), UINT64_MAX);
  write("proc/self/cgroup", "nonsense\n4:cpu\n");
  EXPECT_EQ(limit(), UINT64_MAX);
}

TEST_F(MemoryLimit, IsTheSmallestAlongThePathOfVersion2) {
  write("proc/self/cgroup", "0::/a/b\n");
  write("sys/fs/cgroup/a/b/memory.max", "3000\n");
  EXPECT_EQ(limit(), 3000u);
  write("sys/fs/cgroup/a/memory.max", "2000\n");
  EXPECT_EQ(limit(), 2000u);
  write("sys/fs/cgroup/memory.max", "1000\n");
  EXPECT_EQ(limit(), 1000u);
  write("sys/fs/cgroup/other/memory.max", "10\n");
  EXPECT_EQ(limit(), 1000u) << "of another process";
}

TEST_F(MemoryLimit, IsReadInVersion1AsWell) {
  write("proc/self/cgroup", "5:cpu,cpuacct:/c\n4:memory:/a/b\n1:name=systemd:/c\n");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  write("sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "5000\n");
  write("sys/fs/cgroup/memory/c/memory.limit_in_bytes", "10\n");
  EXPECT_EQ(limit(), 5000u);
}

TEST_F(MemoryLimit, OfAContainerThatSeesThePathOutsideItIsTheRoots) {
  write("proc/self/cgroup", "4:memory:/docker/1234\n0::/../outside\n");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "7000\n");
  write("sys/fs/cgroup/memory.max", "8000\n");
  EXPECT_EQ(limit(), 7000u);
}

TEST(UsableMemory, IsAtMostTheMachinesAndTheGroups) {
  EXPECT_GT(usable_memory(), 0u);
  EXPECT_LE(usable_memory(), cgroup_memory_limit());
  EXPECT_LE(usable_memory(),
            static_cast<uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE)));
}

}  // namespace
}  // namespace redraw
