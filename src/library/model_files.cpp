#include "library/model_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <set>
#include <sys/stat.h>

#include "base/error.h"
#include "base/input_file.h"
#include "base/sha256.h"
#include "checkpoint/loaded_files.h"
#include "weights/diffusers_folder.h"
#include "weights/weights_endings.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

constexpr auto kUnusedParts = std::to_array<std::string_view>({"safety_checker", "feature_extractor", "image_encoder"});
constexpr auto kTextEndings = std::to_array<std::string_view>({".json", ".txt", ".model"});

bool is_among(std::span<const std::string_view> list, const std::string& text) {
  return std::ranges::find(list, text) != list.end();
}

// Names of the regular files in a part's folder that its model uses, each with `prefix` before it.
std::set<std::string> part_files(const fs::path& folder, const std::string& prefix) {
  std::set<std::string> names;
  std::set<std::string> others;
  bool has_safetensors = false;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string name = prefix + entry.path().filename().string();
    const std::string ending = entry.path().extension().string();
    const bool is_safetensors = ending == ".safetensors";
    has_safetensors = has_safetensors || is_safetensors;
    if (is_safetensors || is_among(kTextEndings, ending)) {
      names.insert(name);
    } else if (is_weights_ending(ending)) {
      others.insert(name);
    }
  }
  if (!has_safetensors) names.merge(others);
  return names;
}

void count(ModelFiles& files, const fs::path& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) {
    const int reason = errno;
    throw Error(reason == ENOENT ? Code::model_part_missing : Code::model_file_unreadable,
                path.string() + ": cannot be accessed: " + std::strerror(reason));
  }
  if (!S_ISREG(status.st_mode)) throw Error(Code::model_file_unreadable, path.string() + ": is not a file");
  constexpr int64_t kSecond = 1'000'000'000;
  files.bytes += static_cast<uint64_t>(status.st_size);
  files.modified_ns =
      std::max(files.modified_ns, int64_t{status.st_mtim.tv_sec} * kSecond + int64_t{status.st_mtim.tv_nsec});
}

// A file gives itself and what `loaded` finds. A folder gives what `loaded` and `names` find.
template <typename Names>
ModelFiles files_of(const fs::path& path, std::vector<fs::path> (*loaded)(const fs::path&), Names names) {
  ModelFiles files{.path = path, .is_folder = is_folder(path)};
  if (!files.is_folder) count(files, path);  // has the best message for what is wrong
  const std::vector<fs::path> weights = loaded(path);
  if (!files.is_folder && weights.size() == 1) return files;
  std::set<std::string> all;
  for (const fs::path& file : weights) all.insert(file.lexically_relative(files.base()).string());
  try {
    if (files.is_folder) all.merge(names());
  } catch (const fs::filesystem_error& e) {
    throw Error(Code::model_file_unreadable, e.path1().string() + ": cannot be listed: " + e.code().message());
  }
  files.bytes = 0;
  files.names.assign(all.begin(), all.end());
  for (const std::string& name : files.names) count(files, files.base() / name);
  return files;
}

}  // namespace

ModelFiles model_files(const fs::path& path) {
  return files_of(path, loaded_files, [&] {
    const DiffusersFolder folder = DiffusersFolder::open(path);
    std::set<std::string> names = {"model_index.json"};
    if (fs::exists(path / "redraw.json")) names.insert("redraw.json");
    for (const ModelPart& part : folder.parts()) {
      if (is_among(kUnusedParts, part.name) || !fs::is_directory(part.folder)) continue;
      names.merge(part_files(part.folder, part.name + "/"));
    }
    return names;
  });
}

ModelFiles vae_files(const fs::path& path) {
  return files_of(path, loaded_vae_files, [&] {
    const bool is_model = fs::exists(path / "model_index.json");
    return is_model ? part_files(path / "vae", "vae/") : part_files(path, "");
  });
}

ModelFiles configuration_files(const fs::path& path) {
  ModelFiles files = model_files(path);
  std::erase_if(files.names,
                [](const std::string& name) { return !is_among(kTextEndings, fs::path(name).extension()); });
  return files;
}

std::vector<fs::path> file_paths(const ModelFiles& files) {
  if (files.names.empty()) return {files.path};
  std::vector<fs::path> paths;
  for (const std::string& name : files.names) paths.push_back(files.base() / name);
  return paths;
}

std::string model_sha256(const ModelFiles& files) {
  std::vector<std::string> sums;
  for (const fs::path& path : file_paths(files)) sums.push_back(sha256_of_file(path));
  return model_sha256(files, sums);
}

std::string model_sha256(const ModelFiles& files, const std::vector<std::string>& sums) {
  if (files.names.empty()) return sums.front();
  Sha256 hash;
  for (size_t i = 0; i < sums.size(); ++i) {
    const std::string line = sums[i] + "  " + files.names[i] + "\n";
    hash.add(std::as_bytes(std::span(line)));
  }
  return hash.hex();
}

}  // namespace redraw
