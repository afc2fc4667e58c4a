// Small models for tests of the registry.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/input_file.h"
#include "support/temporary_folder.h"

namespace redraw {

/// The smallest single file that is a Stable Diffusion 1. Each `content` gives it different last numbers. `age_s` sets
/// its age in seconds.
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

/// Only those tensors of a safetensors file of this project whose names `is_kept` accepts. The last numbers are as
/// above.
inline std::filesystem::path write_tensors_of(const std::filesystem::path& source, const TemporaryFolder& folder,
                                              const std::filesystem::path& inside,
                                              const std::function<bool(const std::string& name)>& is_kept,
                                              char content = 'a') {
  const std::vector<std::byte> bytes = read_whole_file(std::filesystem::path(REDRAW_SOURCE_DIR) / source);
  const std::string_view file(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  uint64_t length = 0;
  std::memcpy(&length, file.data(), sizeof length);
  const std::string_view numbers = file.substr(8 + length);
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  std::string data;
  const nlohmann::ordered_json all = nlohmann::ordered_json::parse(file.substr(8, length));
  for (const auto& [name, entry] : all.items()) {
    if (!is_kept(name) || name == "__metadata__") continue;
    const uint64_t begin = entry["data_offsets"][0];
    const uint64_t end = entry["data_offsets"][1];
    header[name] = entry;
    header[name]["data_offsets"] = {data.size(), data.size() + (end - begin)};
    data += numbers.substr(begin, end - begin);
  }
  data.replace(data.size() - 4, 4, std::string(4, content));
  const std::string text = header.dump();
  const uint64_t size = text.size();
  std::string whole(reinterpret_cast<const char*>(&size), sizeof size);
  return std::filesystem::canonical(folder.write(inside, whole + text + data));
}
/// The same of that smallest model.
inline std::filesystem::path write_tensors(const TemporaryFolder& folder, const std::filesystem::path& inside,
                                           const std::function<bool(const std::string& name)>& is_kept,
                                           char content = 'a') {
  return write_tensors_of("tests/data/models/smallest-sd1.safetensors", folder, inside, is_kept, content);
}
inline bool is_of_vae(const std::string& name) {
  return name.starts_with("first_stage_model.");
}
inline std::filesystem::path write_without_vae(const TemporaryFolder& folder, const std::filesystem::path& inside) {
  return write_tensors(folder, inside, [](const std::string& name) { return !is_of_vae(name); });
}
inline std::filesystem::path write_vae(const TemporaryFolder& folder, const std::filesystem::path& inside,
                                       char content = 'a') {
  return write_tensors(folder, inside, is_of_vae, content);
}

/// The folder of a tiny Stable Diffusion 1, which scripts/make-test-models created.
inline std::filesystem::path tiny_model() {
  return std::filesystem::canonical(std::filesystem::path(REDRAW_BINARY_DIR).parent_path() / "checkpoints/tiny-sd15");
}

/// A folder of links to the files of another, given by its whole path.
inline std::filesystem::path link_files(const std::filesystem::path& from, const std::filesystem::path& to) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(from)) {
    const std::filesystem::path copy = to / entry.path().lexically_relative(from);
    std::filesystem::create_directories(entry.is_directory() ? copy : copy.parent_path());
    if (!entry.is_directory()) std::filesystem::create_symlink(entry.path(), copy);
  }
  return std::filesystem::canonical(to);
}
/// Of that tiny model.
inline std::filesystem::path link_tiny_model(const std::filesystem::path& to) {
  return link_files(tiny_model(), to);
}

}  // namespace redraw
