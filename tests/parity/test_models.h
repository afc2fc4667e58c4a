// The models that parity tests load.
#pragma once

#include <filesystem>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <utility>

#include "checkpoint/weight_in_file.h"
#include "nn/parameters.h"
#include "weights/diffusers_folder.h"

namespace redraw {

/// The model in the box.
inline std::filesystem::path box_model() {
  return std::filesystem::path(REDRAW_SOURCE_DIR) / "models/emoji-128";
}

/// A checkpoint with made-up weights, made by scripts/make-test-models: "tiny-sd15", "tiny-sd21", "tiny-sdxl".
inline std::filesystem::path tiny_folder(const std::string& arch) {
  const auto folder = std::filesystem::path(REDRAW_BINARY_DIR).parent_path() / "checkpoints" / arch;
  EXPECT_TRUE(std::filesystem::exists(folder)) << folder << " is missing: run scripts/make-test-models";
  return folder;
}
inline DiffusersFolder tiny_model(const std::string& arch) {
  return DiffusersFolder::open(tiny_folder(arch));
}

/// The tensors of a file as a model's parameters, under the file's names. Keeps the file open.
inline nn::Parameters parameters_of(std::shared_ptr<const WeightsFile> file) {
  return nn::Parameters([file = std::move(file)](const std::string& name) {
    const TensorEntry* entry = file->find(name);
    return entry == nullptr ? Weight{} : weight_in_file(file, *entry, name, entry->shape);
  });
}

/// Parameters with two layers' tensors exchanged: a defect that parity tests must notice.
inline nn::Parameters swapped(const nn::Parameters& p, const std::string& a, const std::string& b) {
  return nn::Parameters([p, a, b](const std::string& name) {
    std::string other = name;
    if (const size_t at = name.find(a); at != std::string::npos) {
      other.replace(at, a.size(), b);
    } else if (const size_t back = name.find(b); back != std::string::npos) {
      other.replace(back, b.size(), a);
    }
    return p.find(other);
  });
}

}  // namespace redraw
