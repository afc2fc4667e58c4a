// Which of the files in a folder are the weights of a model's part.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace redraw {

/// The file or index to open; nothing when there is none. stem: "diffusion_pytorch_model", or "model" for a part that
/// transformers wrote. The first that is there of:
///   1. STEM.safetensors
///   2. STEM.safetensors.index.json, the index of several files
///   3. a variant, STEM.VARIANT.safetensors or STEM.safetensors.index.VARIANT.json: fp16 if it is there, else the first
///      by name (bf16, ema, non_ema, ...); of one variant the single file
///   4. the same three with .bin for .safetensors, where "model" is called "pytorch_model"
/// Throws Error(model_file_unreadable) for a folder that cannot be listed.
std::optional<std::filesystem::path> find_part_weights(const std::filesystem::path& folder, std::string_view stem);

/// The same for a folder of which only the folder is known: a part that diffusers or transformers wrote.
std::optional<std::filesystem::path> find_part_weights(const std::filesystem::path& folder);

}  // namespace redraw
