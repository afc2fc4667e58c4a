// Looking through folders for what may be a model.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace redraw {

/// Something that may be a model.
struct ModelCandidate {
  std::filesystem::path path;   ///< absolute, without links
  std::filesystem::path shown;  ///< as it was come upon: a link's own name
};

/// Every folder below `places` with a model_index.json in it, into which it looks no further, and every other file that
/// is named like weights (.safetensors, .ckpt, .pt, .pth, .gguf); each once, in the order of the paths. Hidden files
/// and folders are left out, links are followed. on_problem: a folder that cannot be looked into, and why.
std::vector<ModelCandidate> model_candidates(
    std::span<const std::filesystem::path> places,
    const std::function<void(const std::filesystem::path&, const std::string&)>& on_problem);

}  // namespace redraw
