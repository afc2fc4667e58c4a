#include "weights/part_weights.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "support/error_of.h"
#include "support/temporary_folder.h"

namespace redraw {
namespace {

struct Row {
  std::vector<std::string> files;  ///< without the stem
  std::string chosen;              ///< empty: none
};

// The stem stands in front of every name that begins with a dot or a dash.
std::string named(const std::string& stem, const std::string& name) {
  return name.starts_with('.') || name.starts_with('-') ? stem + name : name;
}

TEST(PartWeights, PlainBeforeShardsBeforeVariantsBeforePickles) {
  const Row table[] = {
      {{}, ""},
      {{".safetensors"}, ".safetensors"},
      {{".safetensors", ".safetensors.index.json", ".fp16.safetensors", ".bin"}, ".safetensors"},
      {{".safetensors.index.json", ".fp16.safetensors", ".bin"}, ".safetensors.index.json"},
      {{".fp16.safetensors", ".bin"}, ".fp16.safetensors"},
      {{".bf16.safetensors", ".fp16.safetensors", ".ema.safetensors"}, ".fp16.safetensors"},
      {{".non_ema.safetensors", ".ema.safetensors", ".bf16.safetensors"}, ".bf16.safetensors"},
      {{".non_ema.safetensors", ".ema.safetensors"}, ".ema.safetensors"},
      {{".own-variant2.safetensors"}, ".own-variant2.safetensors"},
      {{".safetensors.index.fp16.json", ".fp16-00001-of-00002.safetensors", ".fp16-00002-of-00002.safetensors"},
       ".safetensors.index.fp16.json"},
      {{".safetensors.index.fp16.json", ".bf16.safetensors"}, ".safetensors.index.fp16.json"},
      {{".safetensors.index.fp16.json", ".fp16.safetensors"}, ".fp16.safetensors"},
      // Shards without their index, other things, other stems.
      {{"-00001-of-00002.safetensors", ".fp16-00001-of-00002.safetensors"}, ""},
      {{".a.b.safetensors", ".a b.safetensors", "..safetensors", ".safetensors.part", ".onnx", "config.json"}, ""},
      {{"other.safetensors", "x.fp16.safetensors", "diffusion_flax_model.msgpack"}, ""},
  };
  for (const std::string stem : {"model", "diffusion_pytorch_model"}) {
    for (const Row& row : table) {
      const TemporaryFolder folder;
      for (const std::string& file : row.files) folder.write(named(stem, file), "x");
      const auto chosen = find_part_weights(folder.path(), stem);
      EXPECT_EQ(chosen ? chosen->filename().string() : "", row.chosen.empty() ? "" : named(stem, row.chosen));
      EXPECT_EQ(find_part_weights(folder.path()), chosen) << "by itself";
    }
  }
}

TEST(PartWeights, PicklesOfTransformersHaveAnotherStem) {
  const std::pair<std::string, std::string> table[] = {{"model", "pytorch_model"},
                                                       {"diffusion_pytorch_model", "diffusion_pytorch_model"}};
  for (const auto& [stem, pickled] : table) {
    const TemporaryFolder folder;
    for (const std::string ending : {".fp16.bin", ".bin.index.json", ".bin"}) {
      folder.write(pickled + ending, "x");
      EXPECT_EQ(find_part_weights(folder.path(), stem), folder / (pickled + ending)) << "the best of what is there";
    }
  }
}

TEST(PartWeights, LinksAreFollowedAndBrokenOnesAreNotThere) {
  const TemporaryFolder folder;
  const auto part = folder / "snapshots/main/unet";
  std::filesystem::create_directories(part);
  const auto link = [&](const std::string& name, const std::string& blob) {
    std::filesystem::create_symlink("../../../blobs/" + blob, part / name);
  };
  link("diffusion_pytorch_model.safetensors", "missing");
  EXPECT_EQ(find_part_weights(part), std::nullopt);
  folder.write("blobs/b", "x");
  link("diffusion_pytorch_model.fp16.safetensors", "b");
  EXPECT_EQ(find_part_weights(part), part / "diffusion_pytorch_model.fp16.safetensors");
}

TEST(PartWeights, AFolderThatCannotBeListedIsAnError) {
  const TemporaryFolder folder;
  EXPECT_EQ(code_of([&] { find_part_weights(folder / "nowhere", "model"); }), Code::model_file_unreadable);
}

}  // namespace
}  // namespace redraw
