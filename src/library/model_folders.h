// Searches folders for files and folders that may be models.
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
  std::filesystem::path shown;  ///< as it was found: a link's own name
};

/// Finds every folder below `places` with a model_index.json, and looks no deeper into it. Also finds every other file
/// with an extension of weights (.safetensors, .ckpt, .pt, .pth, .gguf). Each appears once, in the order of the paths.
/// Hidden files and folders are skipped, links are followed. on_problem gets each folder that cannot be read, and why.
std::vector<ModelCandidate> model_candidates(
    std::span<const std::filesystem::path> places,
    const std::function<void(const std::filesystem::path&, const std::string&)>& on_problem);

}  // namespace redraw
