// How much memory this process may use.
#pragma once

#include <cstdint>
#include <filesystem>

namespace redraw {

/// The limit of the process's control group in bytes, as a container has one: the smallest of its own and those of the
/// groups around it. UINT64_MAX: no limit. Reads both versions of control groups, v2's memory.max and v1's
/// memory.limit_in_bytes. root: where proc and sys/fs/cgroup are, for tests.
uint64_t cgroup_memory_limit(const std::filesystem::path& root = "/");

/// The machine's memory in bytes, or the control group's limit if that is smaller.
uint64_t usable_memory();

}  // namespace redraw
