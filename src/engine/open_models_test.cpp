#include "engine/open_models.h"

#include <gtest/gtest.h>

#include "base/context.h"
#include "engine/engine_test_support.h"
#include "library/model_test_support.h"
#include "support/temporary_folder.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

class OpenModelsTest : public ::testing::Test {
 protected:
  // What of the model was opened: the same object as long as it stays open, another one from then on. Whoever holds it
  // keeps its place in memory from being used again.
  std::shared_ptr<const WeightsFile> opened(const ChosenModel& choice) {
    return models_.get(choice).checkpoint().part("unet").file;
  }

  // The model in the box, as links to its files.
  fs::path linked_model(const std::string& name) const {
    return link_files(fs::canonical(project_file("models/emoji-128")), folder_ / name);
  }

  // Another file with the same bytes in the place of one.
  static void replace(const fs::path& file) {
    fs::copy_file(fs::canonical(file), file.string() + ".new");
    fs::rename(file.string() + ".new", file);
  }

  TemporaryFolder folder_;
  Context context_{1};
  std::unique_ptr<Backend> backend_ = make_cpu_backend(context_);
  PipelineCaches caches_{*backend_};
  OpenModels models_{caches_, {}};
};

TEST_F(OpenModelsTest, AModelStaysOpenWhileItsFilesAreTheSame) {
  const ChosenModel choice{.path = linked_model("m"), .options = {}};
  const auto first = opened(choice);
  EXPECT_EQ(opened(choice), first);
  folder_.write("m/notes.md", "of no use to a run");
  folder_.write("m/samples/a.png", "likewise");
  EXPECT_EQ(opened(choice), first);
}

TEST_F(OpenModelsTest, AModelIsOpenedAnewWhereAFileOfItIsAnother) {
  const ChosenModel choice{.path = linked_model("m"), .options = {}};
  auto before = opened(choice);
  for (const char* file : {"unet/config.json", "unet/diffusion_pytorch_model.safetensors", "vae/config.json",
                           "vae/diffusion_pytorch_model.safetensors", "scheduler/scheduler_config.json",
                           "text_encoder/config.json", "tokenizer/merges.txt", "model_index.json", "redraw.json"}) {
    replace(choice.path / file);
    const auto after = opened(choice);
    EXPECT_NE(after, before) << file;
    EXPECT_EQ(opened(choice), after) << file;
    before = after;
  }
  fs::remove(choice.path / "redraw.json");
  const auto without = opened(choice);
  EXPECT_NE(without, before) << "what the model states is gone";
  folder_.write("m/redraw.json", "{}");
  EXPECT_NE(opened(choice), without) << "and there again";
}

TEST_F(OpenModelsTest, TheFilesOfAnotherAutoencoderCountToo) {
  const fs::path model = linked_model("m");
  const fs::path other = linked_model("other");
  const fs::path tiny = folder_ / "tiny.safetensors";
  fs::copy_file(project_file("tests/golden/taesd/weights.safetensors"), tiny);
  const ChosenModel choices[] = {
      {.path = model, .options = CheckpointOptions{.vae = other / "vae"}},
      {.path = model, .options = CheckpointOptions{.preview_vae = tiny}},
  };
  const fs::path files[] = {other / "vae/config.json", tiny};
  const auto plain = opened({.path = model, .options = {}});
  for (size_t i = 0; i < 2; ++i) {
    const auto first = opened(choices[i]);
    EXPECT_NE(first, plain) << "another choice is another model";
    EXPECT_EQ(opened(choices[i]), first) << files[i];
    replace(files[i]);
    EXPECT_NE(opened(choices[i]), first) << files[i];
  }
  EXPECT_EQ(opened({.path = model, .options = {}}), plain) << "which does not concern the model alone";
}

// Of a tiny autoencoder in two files one is given and the other found beside it.
TEST_F(OpenModelsTest, BothHalvesOfATinyAutoencoderCount) {
  const auto write_half = [&](const std::string& half, char content) {
    return write_tensors_of(
        "tests/golden/taesd/weights.safetensors", folder_, "taesd_" + half + ".safetensors",
        [&](const std::string& name) { return name.starts_with(half + "."); }, content);
  };
  write_half("encoder", 'a');
  const ChosenModel choice{.path = linked_model("m"), .options = CheckpointOptions{.vae = write_half("decoder", 'a')}};
  auto before = opened(choice);
  EXPECT_EQ(opened(choice), before);
  for (const char* half : {"decoder", "encoder"}) {
    write_half(half, 'b');
    const auto after = opened(choice);
    EXPECT_NE(after, before) << half;
    before = after;
  }
}

TEST_F(OpenModelsTest, TheYamlBesideASingleFileCounts) {
  const ChosenModel choice{.path = write_weights(folder_, "a.safetensors"), .options = {}};
  auto before = opened(choice);
  EXPECT_EQ(models_.get(choice).spec().scheduler.prediction_type, PredictionType::epsilon);
  folder_.write("a.yaml", "parameterization: v\n");
  const auto with_yaml = opened(choice);
  EXPECT_NE(with_yaml, before);
  EXPECT_EQ(models_.get(choice).spec().scheduler.prediction_type, PredictionType::v_prediction);
  EXPECT_EQ(opened(choice), with_yaml);
  fs::remove(folder_ / "a.yaml");
  EXPECT_NE(opened(choice), with_yaml);
  EXPECT_EQ(models_.get(choice).spec().scheduler.prediction_type, PredictionType::epsilon);
}

TEST_F(OpenModelsTest, TheLastEightStayOpen) {
  std::vector<ChosenModel> choices;
  std::vector<std::shared_ptr<const WeightsFile>> first;
  for (int i = 0; i < 9; ++i) {
    choices.push_back({.path = write_weights(folder_, std::to_string(i) + ".safetensors"), .options = {}});
    first.push_back(opened(choices.back()));
    EXPECT_EQ(opened(choices[0]), first[0]) << "used again each time, so that it stays";
  }
  EXPECT_NE(opened(choices[1]), first[1]) << "the least recently used of nine";
  for (const size_t i : {0, 3, 4, 5, 6, 7, 8}) EXPECT_EQ(opened(choices[i]), first[i]) << i;
  EXPECT_NE(opened(choices[2]), first[2]) << "which opening 1 again closed";
}

TEST_F(OpenModelsTest, AModelThatIsGoneIsNoLongerServed) {
  const ChosenModel choice{.path = write_weights(folder_, "a.safetensors"), .options = {}};
  opened(choice);
  fs::remove(choice.path);
  EXPECT_THROW(models_.get(choice), Error);
}

}  // namespace
}  // namespace redraw
