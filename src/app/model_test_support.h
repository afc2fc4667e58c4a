// Small models for tests of the registry.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "support/safetensors_bytes.h"
#include "support/temporary_folder.h"

namespace redraw {

/// A weights file of a few bytes, different for each `content`, and as old as `age_s` says.
inline std::filesystem::path write_weights(const TemporaryFolder& folder, const std::filesystem::path& inside,
                                           char content = 'a', int age_s = 0) {
  const std::string header = R"({"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})";
  const std::filesystem::path path = folder.write(inside, safetensors_bytes(header, std::string(4, content)));
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
