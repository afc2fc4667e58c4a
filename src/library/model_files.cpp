#include "library/model_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sys/stat.h>

#include "base/error.h"
#include "base/sha256.h"
#include "weights/diffusers_folder.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

constexpr auto kUnusedParts = std::to_array<std::string_view>({"safety_checker", "feature_extractor", "image_encoder"});
constexpr auto kTextEndings = std::to_array<std::string_view>({".json", ".txt", ".model"});
constexpr auto kOtherWeights = std::to_array<std::string_view>({".bin", ".ckpt", ".pt", ".gguf"});

bool is_among(std::span<const std::string_view> list, const std::string& text) {
  return std::ranges::find(list, text) != list.end();
}

// Names of the regular files in a part's folder that its model uses, in no order, each after `prefix`.
std::vector<std::string> part_files(const fs::path& folder, const std::string& prefix) {
  std::vector<std::string> names;
  std::vector<std::string> others;
  bool has_safetensors = false;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string name = prefix + entry.path().filename().string();
    const std::string ending = entry.path().extension().string();
    const bool is_safetensors = ending == ".safetensors";
    has_safetensors = has_safetensors || is_safetensors;
    if (is_safetensors || is_among(kTextEndings, ending)) names.push_back(name);
    if (is_among(kOtherWeights, ending)) others.push_back(name);
  }
  if (!has_safetensors) names.insert(names.end(), others.begin(), others.end());
  return names;
}

void count(ModelFiles& files, const fs::path& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) {
    const int reason = errno;
    throw Error(reason == ENOENT ? Code::model_part_missing : Code::model_file_unreadable,
                path.string() + ": cannot be looked at: " + std::strerror(reason));
  }
  if (!S_ISREG(status.st_mode)) throw Error(Code::model_file_unreadable, path.string() + ": is not a file");
  constexpr int64_t kSecond = 1'000'000'000;
  files.bytes += static_cast<uint64_t>(status.st_size);
  files.modified_ns =
      std::max(files.modified_ns, int64_t{status.st_mtim.tv_sec} * kSecond + int64_t{status.st_mtim.tv_nsec});
}

// The files of a path, of a folder those that `names` finds.
template <typename Names>
ModelFiles files_of(const fs::path& path, Names names) {
  ModelFiles files{.path = path};
  std::error_code ignored;
  files.is_folder = fs::is_directory(path, ignored);
  if (!files.is_folder) {
    count(files, path);
    return files;
  }
  try {
    files.names = names();
  } catch (const fs::filesystem_error& e) {
    throw Error(Code::model_file_unreadable, e.path1().string() + ": cannot be looked into: " + e.code().message());
  }
  std::ranges::sort(files.names);
  for (const std::string& name : files.names) count(files, path / name);
  return files;
}

}  // namespace

ModelFiles model_files(const fs::path& path) {
  return files_of(path, [&] {
    const DiffusersFolder folder = DiffusersFolder::open(path);
    std::vector<std::string> names = {"model_index.json"};
    if (fs::exists(path / "redraw.json")) names.emplace_back("redraw.json");
    for (const ModelPart& part : folder.parts()) {
      if (is_among(kUnusedParts, part.name) || !fs::is_directory(part.folder)) continue;
      const std::vector<std::string> files = part_files(part.folder, part.name + "/");
      names.insert(names.end(), files.begin(), files.end());
    }
    return names;
  });
}

ModelFiles vae_files(const fs::path& path) {
  return files_of(path, [&] {
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

std::vector<fs::path> paths_of(const ModelFiles& files) {
  if (!files.is_folder) return {files.path};
  std::vector<fs::path> paths;
  for (const std::string& name : files.names) paths.push_back(files.path / name);
  return paths;
}

std::string model_sha256(const ModelFiles& files) {
  std::vector<std::string> sums;
  for (const fs::path& path : paths_of(files)) sums.push_back(sha256_of_file(path));
  return model_sha256(files, sums);
}

std::string model_sha256(const ModelFiles& files, const std::vector<std::string>& sums) {
  if (!files.is_folder) return sums.front();
  Sha256 hash;
  for (size_t i = 0; i < sums.size(); ++i) {
    const std::string line = sums[i] + "  " + files.names[i] + "\n";
    hash.add(std::as_bytes(std::span(line)));
  }
  return hash.hex();
}

}  // namespace redraw
