// Several processes use one registry, and some end in the middle of a change.
#include <SQLiteCpp/Database.h>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <gtest/gtest.h>
#include <optional>
#include <set>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "library/model_registry.h"
#include "library/model_test_support.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

std::set<std::string> listed_names(const ModelRegistry& registry) {
  std::set<std::string> names;
  for (const RegisteredModel& model : registry.models()) names.insert(model.name);
  return names;
}

std::string integrity(const fs::path& root) {
  SQLite::Database database((root / "models.sqlite").string(), SQLite::OPEN_READWRITE, 10'000);
  return database.execAndGet("PRAGMA integrity_check").getString();
}

// A child process that adds first, first + 1, ... and reports each finished change through the pipe.
pid_t start_adding(const fs::path& root, const fs::path& weights, int first, int count, int done) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  try {
    for (int i = first; i < first + count; ++i) {
      ModelRegistry(root).add(weights / (std::to_string(i) + ".safetensors"), std::nullopt);
      if (::write(done, &i, sizeof i) != sizeof i) std::_Exit(1);
    }
  } catch (...) {
    std::_Exit(1);
  }
  std::_Exit(0);
}

std::set<std::string> names_said(int done) {
  std::set<std::string> names;
  int i = 0;
  while (::read(done, &i, sizeof i) == sizeof i) names.insert(std::to_string(i));
  return names;
}

TEST(ModelRegistry, ManyProcessesLoseNothing) {
  constexpr int kProcesses = 6;
  constexpr int kEach = 8;
  const TemporaryFolder folder;
  for (int i = 0; i < kProcesses * kEach; ++i) write_weights(folder, "w/" + std::to_string(i) + ".safetensors");
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  std::vector<pid_t> children;
  children.reserve(kProcesses);
  for (int i = 0; i < kProcesses; ++i) {
    children.push_back(start_adding(folder / "root", folder / "w", i * kEach, kEach, ends[1]));
  }
  ::close(ends[1]);
  const std::set<std::string> said = names_said(ends[0]);
  ::close(ends[0]);
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(said.size(), kProcesses * kEach);
  EXPECT_EQ(listed_names(ModelRegistry(folder / "root")), said);
  EXPECT_EQ(read_registry_list(folder / "root/models.json").models.size(), said.size());
  EXPECT_EQ(integrity(folder / "root"), "ok");
}

TEST(ModelRegistry, AnEndAtAnyMomentLosesNothingThatWasDone) {
  constexpr int kKills = 20;
  constexpr int kModels = 600;
  const TemporaryFolder folder;
  for (int i = 0; i < kModels; ++i) write_weights(folder, "w/" + std::to_string(i) + ".safetensors");
  const fs::path root = folder / "root";
  std::set<std::string> said;
  int first = 0;
  for (int kill = 0; kill < kKills && first < kModels; ++kill) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = start_adding(root, folder / "w", first, kModels - first, ends[1]);
    ::close(ends[1]);
    // Some end before their first change is done, which may be the one that creates the database. The others end later.
    int done = 0;
    const bool waits = kill % 4 != 0;
    if (waits && ::read(ends[0], &done, sizeof done) == sizeof done) said.insert(std::to_string(done));
    std::this_thread::sleep_for(std::chrono::microseconds(kill * 700));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    said.merge(names_said(ends[0]));
    ::close(ends[0]);
    const std::set<std::string> names = listed_names(ModelRegistry(root));
    EXPECT_TRUE(std::ranges::includes(names, said)) << "after kill " << kill;
    EXPECT_LE(names.size(), said.size() + static_cast<size_t>(kill) + 1) << "one a kill may be done and not yet said";
    for (const std::string& name : names) first = std::max(first, std::stoi(name) + 1);
    if (names.empty()) continue;
    EXPECT_EQ(integrity(root), "ok");
    // The list beside the database has all of it. A rebuild starts from that.
    std::set<std::string> listed;
    for (const RegisteredModel& model : read_registry_list(root / "models.json").models) listed.insert(model.name);
    EXPECT_TRUE(std::ranges::includes(listed, names));
  }
  EXPECT_GE(said.size(), 10U);
}

// A change so large that SQLite overwrites existing pages before it is done.
TEST(ModelRegistry, AnEndInTheMiddleOfALargeChangeIsTakenBack) {
  constexpr int kRows = 300;
  const TemporaryFolder folder;
  const fs::path root = folder / "root";
  const auto write_all = [&](bool is_new, char content) {
    ModelRegistry registry(root);
    registry.change([&] {
      for (int i = 0; i < kRows; ++i) {
        RegisteredModel model;
        model.name = "m" + std::to_string(i);
        model.path = "/" + model.name;
        model.sha256 = std::string(20'000, content);
        is_new ? registry.insert(model) : registry.update(model);
      }
      if (!is_new) std::_Exit(7);
    });
  };
  write_all(true, 'x');
  const RegistryList before = ModelRegistry(root).list();
  const pid_t child = ::fork();
  if (child == 0) write_all(false, 'y');
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_EQ(WEXITSTATUS(status), 7);
  EXPECT_TRUE(ModelRegistry(root).list().models == before.models);
  EXPECT_EQ(integrity(root), "ok");
}

}  // namespace
}  // namespace redraw
