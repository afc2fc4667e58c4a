#include "base/file_identity.h"

#include <chrono>
#include <gtest/gtest.h>

#include "base/input_file.h"
#include "support/temporary_folder.h"

namespace redraw {
namespace {

TEST(FileIdentity, IsTheSameForTheSameFileHoweverItIsFound) {
  const TemporaryFolder folder;
  const auto path = folder.write("a", "text");
  ASSERT_TRUE(identity_of(path));
  EXPECT_EQ(identity_of(path), identity_of(folder / "./a"));
  EXPECT_EQ(identity_of(path), InputFile::open(path).identity());
  EXPECT_FALSE(identity_of(folder / "b"));
}

TEST(FileIdentity, IsAnotherAfterEveryKindOfChange) {
  const TemporaryFolder folder;
  const auto path = folder.write("a", "text");
  const auto before = identity_of(path);
  folder.write("a", "longer text");
  EXPECT_NE(identity_of(path)->size, before->size);

  // The same size and modification time, written in place and moved there.
  const auto time = std::filesystem::last_write_time(path);
  const auto longer = identity_of(path);
  folder.write("a", "LONGER TEXT");
  std::filesystem::last_write_time(path, time);
  EXPECT_NE(identity_of(path), longer);
  EXPECT_EQ(identity_of(path)->inode, longer->inode);
  const auto written = identity_of(path);
  std::filesystem::last_write_time(folder.write("b", "longer text"), time);
  std::filesystem::rename(folder / "b", path);
  EXPECT_NE(identity_of(path)->inode, written->inode);
}

TEST(FileIdentity, OfAnOpenFileIsThatOfTheFileWhichWasOpened) {
  const TemporaryFolder folder;
  const auto path = folder.write("a", "old");
  const auto before = identity_of(path);
  const InputFile file = InputFile::open(path);
  folder.write("b", "new");
  std::filesystem::rename(folder / "b", path);
  EXPECT_EQ(file.identity(), before);
  EXPECT_NE(identity_of(path), before);
}

}  // namespace
}  // namespace redraw
