// Small models for tests of the registry.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/input_file.h"
#include "support/temporary_folder.h"

namespace redraw {

/// The smallest single file that is a Stable Diffusion 1, its last numbers different for each `content`, and as old as
/// `age_s` says.
inline std::filesystem::path write_weights(const TemporaryFolder& folder, const std::filesystem::path& inside,
                                           char content = 'a', int age_s = 0) {
  const std::filesystem::path smallest =
      std::filesystem::path(REDRAW_SOURCE_DIR) / "tests/data/models/smallest-sd1.safetensors";
  const std::vector<std::byte> bytes = read_whole_file(smallest);
  std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size() - 4);
  const std::filesystem::path path = folder.write(inside, text + std::string(4, content));
  std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - std::chrono::seconds(age_s));
  return std::filesystem::canonical(path);
}

/// The folder of a tiny Stable Diffusion 1, which scripts/make-test-models has made.
inline std::filesystem::path tiny_model() {
  return std::filesystem::canonical(std::filesystem::path(REDRAW_BINARY_DIR).parent_path() / "checkpoints/tiny-sd15");
}

/// A folder of links to its files.
inline std::filesystem::path link_tiny_model(const std::filesystem::path& to) {
  const std::filesystem::path from = tiny_model();
  for (const auto& entry : std::filesystem::recursive_directory_iterator(from)) {
    const std::filesystem::path copy = to / entry.path().lexically_relative(from);
    std::filesystem::create_directories(entry.is_directory() ? copy : copy.parent_path());
    if (!entry.is_directory()) std::filesystem::create_symlink(entry.path(), copy);
  }
  return std::filesystem::canonical(to);
}

}  // namespace redraw
