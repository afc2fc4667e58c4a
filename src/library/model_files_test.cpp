#include "library/model_files.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>

#include "checkpoint/checkpoint.h"
#include "library/model_test_support.h"
#include "models/tiny_autoencoder_names.h"
#include "support/temporary_folder.h"
#include "weights/open_weights.h"
#include "weights/safetensors/safetensors_writer.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

std::set<fs::path> paths_of(const ModelFiles& files) {
  std::set<fs::path> paths;
  if (files.names.empty()) paths.insert(fs::canonical(files.path));
  for (const std::string& name : files.names) paths.insert(fs::canonical(files.base() / name));
  return paths;
}

void expect_covered(const Checkpoint& checkpoint, const std::set<fs::path>& covered) {
  for (const PartSource& part : checkpoint.parts()) {
    for (const fs::path& file : part.file->files()) {
      EXPECT_TRUE(covered.contains(fs::canonical(file))) << part.name << ": " << file;
    }
  }
}

fs::path put_index(const TemporaryFolder& folder, const fs::path& inside, const fs::path& shard) {
  nlohmann::json index;
  const auto weights = open_weights(shard);
  for (const TensorEntry& entry : weights->tensors()) {
    index["weight_map"][entry.name] = shard.filename().string();
  }
  return folder.write(inside, index.dump());
}

TEST(ModelFiles, AreAllThatAModelLoads) {
  const fs::path made = tiny_model().parent_path();
  for (const char* name : {"tiny-sd15", "tiny-sd21", "tiny-sdxl"}) {
    for (const fs::path& path : {made / name, made / (std::string(name) + ".safetensors")}) {
      expect_covered(Checkpoint::open(path), paths_of(model_files(path)));
    }
  }
}

TEST(ModelFiles, HoldAPicklesWeightsBesideSafetensorsThatNobodyLoads) {
  const TemporaryFolder folder;
  const fs::path model = link_tiny_model(folder / "model");
  const fs::path unet = model / "unet";
  fs::rename(unet / "diffusion_pytorch_model.safetensors", unet / "diffusion_pytorch_model.bin");
  fs::create_symlink(tiny_model() / "vae/diffusion_pytorch_model.safetensors", unet / "lora.safetensors");
  expect_covered(Checkpoint::open(model), paths_of(model_files(model)));
}

TEST(ModelFiles, OfAnIndexAreItsShardsToo) {
  const TemporaryFolder folder;
  const fs::path shard = write_weights(folder, "weights.safetensors");
  const fs::path index = put_index(folder, "model.safetensors.index.json", shard);
  const ModelFiles files = model_files(index);
  EXPECT_EQ(files.names, (std::vector<std::string>{"model.safetensors.index.json", "weights.safetensors"}));
  EXPECT_EQ(files.bytes, fs::file_size(shard) + fs::file_size(index));
  expect_covered(Checkpoint::open(index), paths_of(files));

  const std::string before = model_sha256(files);
  write_weights(folder, "weights.safetensors", 'b');
  EXPECT_NE(model_sha256(model_files(index)), before);
}

// Half of a tiny autoencoder, in the original names; its numbers are zeros.
fs::path write_half(TinyAutoencoderPart part, const fs::path& path) {
  std::vector<TensorToWrite> tensors;
  for (const TinyAutoencoderTensor& tensor : tiny_autoencoder_tensors({}, part)) {
    tensors.push_back({.name = tensor.original_name,
                       .dtype = DType::f32,
                       .shape = tensor.shape,
                       .write = [bytes = static_cast<size_t>(tensor.shape.elements()) * sizeof(float)](
                                    const ByteSink& sink) { sink(std::vector<std::byte>(bytes)); }});
  }
  write_safetensors(path, tensors);
  return path;
}

TEST(VaeFiles, AreAllThatIsLoadedForAnAutoencoder) {
  const TemporaryFolder folder;
  const fs::path encoder = write_half(TinyAutoencoderPart::encoder, folder / "taesd_encoder.pth");
  const fs::path decoder = write_half(TinyAutoencoderPart::decoder, folder / "taesd_decoder.safetensors");
  const fs::path index = put_index(folder, "vae.safetensors.index.json", write_vae(folder, "vae-1.safetensors"));
  fs::create_directories(folder / "part");
  fs::copy_file(tiny_model() / "vae/config.json", folder / "part/config.json");
  fs::copy_file(tiny_model() / "vae/diffusion_pytorch_model.safetensors", folder / "part/diffusion_pytorch_model.bin");
  write_vae(folder, "part/other.safetensors");
  for (const fs::path& vae : {encoder, decoder, index, folder / "part", tiny_model(),
                              tiny_model() / "vae/diffusion_pytorch_model.safetensors"}) {
    SCOPED_TRACE(vae);
    const Checkpoint model = Checkpoint::open(tiny_model(), {.vae = vae});
    const std::set<fs::path> covered = paths_of(vae_files(vae));
    for (const fs::path& file : model.part("vae").file->files()) {
      EXPECT_TRUE(covered.contains(fs::canonical(file))) << file;
    }
  }
  EXPECT_EQ(vae_files(encoder).names, (std::vector<std::string>{"taesd_decoder.safetensors", "taesd_encoder.pth"}));
}

}  // namespace
}  // namespace redraw
