#include "base/memory_limit.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>
#include <unistd.h>

namespace redraw {
namespace {

constexpr uint64_t kNoMemoryLimit = UINT64_MAX;

// A file that is missing or says "max" sets no limit.
uint64_t limit_in_file(const std::filesystem::path& path) {
  uint64_t limit = 0;
  return std::ifstream(path) >> limit ? limit : kNoMemoryLimit;
}

// group: "/a/b", in which /a and the root may have limits as well. In a container the path may be the one outside it,
// of which only the root is there.
uint64_t smallest_limit(const std::filesystem::path& mount, const std::string& group, const char* file) {
  uint64_t limit = limit_in_file(mount / file);
  std::filesystem::path folder = mount;
  for (const std::filesystem::path& part : std::filesystem::path(group).relative_path()) {
    if (part == "..") break;  // outside what is mounted here
    folder /= part;
    limit = std::min(limit, limit_in_file(folder / file));
  }
  return limit;
}

bool has_memory(std::string_view controllers) {
  return ("," + std::string(controllers) + ",").find(",memory,") != std::string::npos;
}

}  // namespace

uint64_t cgroup_memory_limit(const std::filesystem::path& root) {
  const std::filesystem::path mount = root / "sys/fs/cgroup";
  uint64_t limit = kNoMemoryLimit;
  std::ifstream groups(root / "proc/self/cgroup");
  // "0::/user.slice" for v2, "4:memory:/docker/1234" for v1
  for (std::string line; std::getline(groups, line);) {
    const size_t first = line.find(':');
    const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    if (controllers.empty()) limit = std::min(limit, smallest_limit(mount, group, "memory.max"));
    if (has_memory(controllers)) {
      limit = std::min(limit, smallest_limit(mount / "memory", group, "memory.limit_in_bytes"));
    }
  }
  return limit;
}

uint64_t usable_memory() {
  const auto pages = static_cast<uint64_t>(::sysconf(_SC_PHYS_PAGES));
  return std::min(pages * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE)), cgroup_memory_limit());
}

}  // namespace redraw
