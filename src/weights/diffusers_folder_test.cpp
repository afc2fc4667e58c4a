#include "weights/diffusers_folder.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "support/safetensors_bytes.h"
#include "support/temporary_folder.h"
#include "weights/open_weights.h"

namespace redraw {
namespace {

const char* const kIndex = R"({
  "_class_name": "StableDiffusionPipeline",
  "_diffusers_version": "0.21.4",
  "requires_safety_checker": false,
  "feature_extractor": [null, null],
  "safety_checker": [null, null],
  "scheduler": ["diffusers", "PNDMScheduler"],
  "text_encoder": ["transformers", "CLIPTextModel"],
  "unet": ["diffusers", "UNet2DConditionModel"],
  "vae": ["diffusers", "AutoencoderKL"]
})";

std::string one_tensor(const std::string& name) {
  return safetensors_bytes("{\"" + name + R"(":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", "x");
}

// A complete model whose vae is not there.
void write_model(const TemporaryFolder& folder) {
  folder.write("model_index.json", kIndex);
  folder.write("scheduler/scheduler_config.json", R"({"num_train_timesteps": 1000})");
  folder.write("text_encoder/config.json", R"({"hidden_size": 768})");
  folder.write("text_encoder/model.safetensors", one_tensor("text"));
  folder.write("unet/config.json", R"({"in_channels": 4})");
  folder.write("unet/diffusion_pytorch_model.safetensors", one_tensor("unet"));
}

template <typename Function>
void expect_error(Code code, const std::string& message, Function function) {
  try {
    function();
    ADD_FAILURE() << "nothing was thrown, expected: " << message;
  } catch (const Error& e) {
    EXPECT_EQ(code_info(e.code()).name, code_info(code).name);
    EXPECT_EQ(e.what(), message);
  }
}

TEST(DiffusersFolder, ReadsTheIndexTheConfigurationsAndTheWeights) {
  const TemporaryFolder folder;
  write_model(folder);
  const DiffusersFolder model = DiffusersFolder::open(folder.path());
  EXPECT_EQ(model.pipeline_class(), "StableDiffusionPipeline");
  std::vector<std::string> names;
  for (const ModelPart& part : model.parts()) names.push_back(part.name + " " + part.class_name);
  EXPECT_EQ(names, (std::vector<std::string>{"scheduler PNDMScheduler", "text_encoder CLIPTextModel",
                                             "unet UNet2DConditionModel", "vae AutoencoderKL"}));
  EXPECT_TRUE(model.has("unet"));
  EXPECT_FALSE(model.has("safety_checker")) << "[null, null]";
  EXPECT_FALSE(model.has("requires_safety_checker")) << "a setting";
  EXPECT_FALSE(model.has("image_encoder"));
  EXPECT_EQ(model.part("unet").folder, folder / "unet");
  EXPECT_EQ(model.config("scheduler").integer("num_train_timesteps", 1, 10000), 1000);
  EXPECT_EQ(model.config("text_encoder").integer("hidden_size", 1, 10000), 768);
  EXPECT_NE(model.weights("text_encoder")->find("text"), nullptr);
  EXPECT_NE(model.weights("unet")->find("unet"), nullptr);
}

TEST(DiffusersFolder, OpensTheModelInTheRepository) {
  const DiffusersFolder model = DiffusersFolder::open(std::filesystem::path(REDRAW_SOURCE_DIR) / "models/emoji-128");
  EXPECT_EQ(model.pipeline_class(), "StableDiffusionPipeline");
  for (const ModelPart& part : model.parts()) EXPECT_NO_THROW(model.config(part.name)) << part.name;
  EXPECT_EQ(model.weights("text_encoder")->tensors().size(), 36u);
  EXPECT_EQ(model.weights("unet")->tensors().size(), 326u);
  EXPECT_EQ(model.weights("vae")->tensors().size(), 184u);
  EXPECT_EQ(model.weights("unet")->require("conv_in.weight").shape.rank(), 4u);
}

TEST(DiffusersFolder, SaysWhatIsWrongWithThePathOfAModel) {
  const TemporaryFolder folder;
  const std::string text = folder.write("notes.txt", "hello").string();
  expect_error(Code::file_not_found, (folder / "nowhere").string() + ": no such model folder",
               [&] { DiffusersFolder::open(folder / "nowhere"); });
  expect_error(Code::model_not_a_folder,
               text + ": is a file; the model must be a diffusers folder, with a model_index.json in it",
               [&] { DiffusersFolder::open(text); });
  expect_error(Code::model_not_a_folder,
               folder.path().string() + ": is not a diffusers folder (it has no model_index.json)",
               [&] { DiffusersFolder::open(folder.path()); });
  std::filesystem::create_directory(folder / "model_index.json");
  expect_error(Code::model_file_unreadable, (folder / "model_index.json").string() + ": is not a regular file",
               [&] { DiffusersFolder::open(folder.path()); });
}

TEST(DiffusersFolder, RefusesAnIndexThatIsDamagedOrLeavesTheFolder) {
  const TemporaryFolder folder;
  struct Row {
    std::string index;
    Code code;
  };
  const Row table[] = {
      {"", Code::json_malformed},
      {"[]", Code::json_malformed},
      {R"({"_class_name": "X")", Code::json_malformed},
      {R"({"unet": ["diffusers", "UNet2DConditionModel"]})", Code::json_missing_field},
      {R"({"_class_name": 1})", Code::json_wrong_type},
      {R"({"_class_name": "X", "unet": []})", Code::json_wrong_type},
      {R"({"_class_name": "X", "unet": ["diffusers"]})", Code::json_wrong_type},
      {R"({"_class_name": "X", "unet": ["diffusers", "A", "B"]})", Code::json_wrong_type},
      {R"({"_class_name": "X", "unet": ["diffusers", null]})", Code::json_wrong_type},
      {R"({"_class_name": "X", "unet": [1, "A"]})", Code::json_wrong_type},
      {R"({"_class_name": "X", "..": ["d", "A"]})", Code::model_unsupported},
      {R"({"_class_name": "X", "../unet": ["d", "A"]})", Code::model_unsupported},
      {R"({"_class_name": "X", "/etc": ["d", "A"]})", Code::model_unsupported},
      {R"({"_class_name": "X", "a/b": ["d", "A"]})", Code::model_unsupported},
      {R"({"_class_name": "X", "a\\b": ["d", "A"]})", Code::model_unsupported},
      {R"({"_class_name": "X", "a\u0000": ["d", "A"]})", Code::model_unsupported},
      {R"({"_class_name": "X", "a\nb": ["d", "A"]})", Code::model_unsupported},
      {R"({"_class_name": "X", "unét": ["d", "A"]})", Code::model_unsupported},
      {R"({"_class_name": "X", "": ["d", "A"]})", Code::model_unsupported},
  };
  for (const Row& row : table) {
    folder.write("model_index.json", row.index);
    try {
      DiffusersFolder::open(folder.path());
      ADD_FAILURE() << "accepted: " << row.index;
    } catch (const Error& e) {
      EXPECT_EQ(code_info(e.code()).name, code_info(row.code).name) << row.index;
      EXPECT_EQ(std::string_view(e.what()).find_first_of(std::string_view("\0\n", 2)), std::string_view::npos);
    }
  }
  folder.write("model_index.json", R"({"_class_name": "X", "own_part": [null, "OwnClass"]})");
  EXPECT_TRUE(DiffusersFolder::open(folder.path()).has("own_part")) << "a class that comes with the model";
}

TEST(DiffusersFolder, NamesThePartThatIsMissingItsFolderAndWhatBelongsThere) {
  const TemporaryFolder folder;
  write_model(folder);
  const DiffusersFolder model = DiffusersFolder::open(folder.path());
  const std::string root = folder.path().string();
  expect_error(Code::model_part_missing,
               root +
                   "/model_index.json: lists no 'text_encoder_2', which this StableDiffusionPipeline needs (a folder "
                   "with config.json and model.safetensors)",
               [&] { model.part("text_encoder_2"); });
  expect_error(Code::model_part_missing,
               root +
                   "/vae: the folder of the model's vae is missing; it should hold config.json and "
                   "diffusion_pytorch_model.safetensors; fetch the whole model",
               [&] { model.part("vae"); });
  std::filesystem::create_directory(folder / "vae");
  expect_error(Code::model_part_missing,
               root + "/vae/config.json: the configuration of the model's vae is missing; fetch the whole model",
               [&] { model.config("vae"); });
  expect_error(Code::model_part_missing,
               root +
                   "/vae/diffusion_pytorch_model.safetensors: the weights of the model's vae are missing; fetch the "
                   "whole model",
               [&] { model.weights("vae"); });
  expect_error(Code::model_part_missing, root + "/scheduler: a scheduler has no weights",
               [&] { model.weights("scheduler"); });
  std::filesystem::remove_all(folder / "vae");
  folder.write("vae", "a file where the folder should be");
  EXPECT_THROW(model.part("vae"), Error);
}

TEST(DiffusersFolder, ReadsTheWeightsThatAreThereInsteadOfThePlainFile) {
  const TemporaryFolder folder;
  write_model(folder);
  folder.write("vae/diffusion_pytorch_model.ema.safetensors", one_tensor("ema"));
  const DiffusersFolder model = DiffusersFolder::open(folder.path());
  EXPECT_EQ(model.weights("vae")->path().filename(), "diffusion_pytorch_model.ema.safetensors");
  folder.write("vae/diffusion_pytorch_model.fp16.safetensors", one_tensor("fp16"));
  EXPECT_NE(model.weights("vae")->find("fp16"), nullptr);
  folder.write("vae/shard.safetensors", one_tensor("shard"));
  folder.write("vae/diffusion_pytorch_model.safetensors.index.json",
               R"({"weight_map": {"shard": "shard.safetensors"}})");
  EXPECT_NE(model.weights("vae")->find("shard"), nullptr);
  folder.write("vae/diffusion_pytorch_model.safetensors", one_tensor("plain"));
  EXPECT_NE(model.weights("vae")->find("plain"), nullptr);
}

TEST(DiffusersFolder, OpensTheFolderOfOnePartByItself) {
  const TemporaryFolder folder;
  write_model(folder);
  EXPECT_NE(open_weights(folder / "unet")->find("unet"), nullptr);
  EXPECT_NE(open_weights(folder / "text_encoder")->find("text"), nullptr);
  expect_error(Code::model_part_missing,
               folder.path().string() +
                   ": is a folder without weights of its own; give a file, or the folder of one part with "
                   "diffusion_pytorch_model.safetensors or model.safetensors",
               [&] { open_weights(folder.path()); });
}

TEST(DiffusersFolder, PartsThatNobodyNeedsMayBeMissing) {
  const TemporaryFolder folder;
  write_model(folder);
  std::string index = kIndex;
  for (const std::string_view part : {"feature_extractor", "safety_checker"}) {
    const std::string none = "\"" + std::string(part) + "\": [null, null]";
    index.replace(index.find(none), none.size(), "\"" + std::string(part) + "\": [\"transformers\", \"Some\"]");
  }
  folder.write("model_index.json", index);
  const DiffusersFolder model = DiffusersFolder::open(folder.path());
  EXPECT_TRUE(model.has("safety_checker")) << "listed, without a folder";
  EXPECT_NE(model.weights("unet")->find("unet"), nullptr);
  EXPECT_NE(model.weights("text_encoder")->find("text"), nullptr);
}

}  // namespace
}  // namespace redraw
