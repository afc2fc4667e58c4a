// What a model says about itself is the same after every conversion. Small models of every family, made of the tables.
#include <algorithm>
#include <array>
#include <filesystem>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/input_file.h"
#include "base/utf8.h"
#include "checkpoint/convert.h"
#include "checkpoint/inspect.h"
#include "checkpoint/listed_tensors.h"
#include "checkpoint/stated_defaults.h"
#include "support/error_of.h"
#include "support/gguf_bytes.h"
#include "support/sanitized.h"
#include "support/temporary_folder.h"
#include "weights/open_weights.h"
#include "weights/safetensors/safetensors_writer.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr auto kFamilies = std::to_array<Family>({Family::sd1, Family::sd2, Family::sdxl});

UNetConfig small_unet(Family family) {
  UNetConfig config;
  for (const int64_t depth : {1, 0}) {
    config.levels.push_back(
        {.channels = 8, .layers = 1, .heads = 1, .down_depth = {depth}, .up_depth = {depth, depth}});
  }
  config.cross_attention_dim = family == Family::sdxl ? 16 : 8;
  if (family == Family::sdxl) {
    config.addition_time_embed_dim = 256;
    config.projection_class_embeddings_input_dim = 8 + 6 * 256;
  }
  return config;
}

ClipTextConfig small_text(int64_t layers, int64_t projection) {
  return {.vocab_size = 64,
          .hidden_size = 8,
          .intermediate_size = 8,
          .num_hidden_layers = layers,
          .num_attention_heads = 1,
          .projection_dim = projection};
}

VaeConfig small_vae() {
  VaeConfig config;
  config.block_out_channels = {4, 4, 4, 4};
  return config;
}

ListedTensors small_model(Family family) {
  ListedTensors file;
  file.add("model.diffusion_model.", unet_keys(small_unet(family), family != Family::sd1));
  file.add("first_stage_model.", vae_keys(small_vae()));
  const std::vector<KeyRow> clip = clip_keys(small_text(2, 0));
  if (family == Family::sd1) file.add("cond_stage_model.transformer.text_model.", clip);
  if (family == Family::sd2) file.add("cond_stage_model.model.", open_clip_keys(small_text(2, 0), 3));
  if (family == Family::sdxl) {
    file.add("conditioner.embedders.0.transformer.text_model.", clip);
    file.add("conditioner.embedders.1.model.", open_clip_keys(small_text(2, 8), 2));
  }
  return file;
}

// The list as a file of zeros.
fs::path written(const ListedTensors& file, const fs::path& path) {
  std::vector<TensorToWrite> tensors;
  for (const TensorEntry& entry : file.tensors()) {
    const auto size = static_cast<size_t>(entry.end - entry.begin);
    tensors.push_back(
        {.name = entry.name, .dtype = entry.dtype, .shape = entry.shape, .write = [size](const ByteSink& sink) {
           sink(std::vector<std::byte>(size));
         }});
  }
  write_safetensors(path, tensors, file.metadata());
  return path;
}

// The same in GGUF's layout.
fs::path written_as_gguf(const ListedTensors& file, const fs::path& path) {
  constexpr uint32_t kF16 = 1, kF32 = 0;
  GgufBytes bytes;
  for (const auto& [key, value] : file.metadata()) bytes.text(key, value);
  for (const TensorEntry& entry : file.tensors()) {
    std::vector<uint64_t> extents(entry.shape.extents().rbegin(), entry.shape.extents().rend());
    bytes.tensor(entry.name, extents, entry.dtype == DType::f16 ? kF16 : kF32, bytes.data.size());
    bytes.zeros((entry.end - entry.begin + 31) / 32 * 32);
  }
  std::ofstream(path, std::ios::binary) << bytes.bytes();
  return path;
}

std::string name_of_part_file(const std::string& part) {
  if (part == "model_index") return "model_index.json";
  return part + (part == "scheduler" ? "/scheduler_config.json" : "/config.json");
}

void set_field(const fs::path& folder, const std::string& part, const std::string& field, const json& value) {
  const fs::path path = folder / name_of_part_file(part);
  json config = JsonObject::read(path, FileOf::model).raw();
  config[field] = value;
  std::ofstream(path) << config.dump();
}

class ConvertMeaning : public ::testing::Test {
 protected:
  // The least that a tokenizer opens.
  ConvertMeaning() {
    vocabulary_.write("vocab.json", R"({"<|startoftext|>": 0, "<|endoftext|>": 1, "!": 2})");
    vocabulary_.write("merges.txt", "#version: 0.2\n");
  }

  fs::path model_folder(Family family, const std::string& name = "model") {
    const fs::path file = written(small_model(family), folder_ / (name + ".safetensors"));
    convert(Checkpoint::open(file), folder_ / name, {.layout = Layout::diffusers, .vocabulary = vocabulary_.path()});
    return folder_ / name;
  }
  Converted to_file(const Checkpoint& source, const std::string& name, std::optional<DType> dtype = {}) {
    return convert(source, folder_ / name, {.layout = Layout::ldm, .dtype = dtype, .is_overwriting = true});
  }
  Converted to_folder(const Checkpoint& source, const std::string& name) {
    return convert(source, folder_ / name,
                   {.layout = Layout::diffusers, .vocabulary = vocabulary_.path(), .is_overwriting = true});
  }
  Checkpoint open(const std::string& name, const CheckpointOptions& options = {}) {
    return Checkpoint::open(folder_ / name, options);
  }
  // Into a file, another precision, a folder, another folder, and a file again.
  void expect_every_way_keeps_the_meaning(const Checkpoint& source) {
    const auto expect_same = [&](const std::string& name) {
      const Checkpoint result = open(name);
      EXPECT_TRUE(means_the_same(result.spec(), source.spec())) << name;
      result.require_whole();
    };
    to_file(source, "a.safetensors");
    expect_same("a.safetensors");
    to_file(open("a.safetensors"), "b.safetensors", DType::f32);
    expect_same("b.safetensors");
    to_folder(open("b.safetensors"), "c");
    expect_same("c");
    to_folder(source, "d");
    expect_same("d");
    to_file(open("d"), "e.safetensors", DType::bf16);
    expect_same("e.safetensors");
  }

  TemporaryFolder folder_;
  TemporaryFolder vocabulary_;
};

struct Statement {
  const char* part;
  const char* field;
  json value;
};

std::vector<Statement> statements() {
  return {{"scheduler", "prediction_type", "epsilon"},
          {"scheduler", "prediction_type", "v_prediction"},
          {"scheduler", "prediction_type", "sample"},
          {"scheduler", "rescale_betas_zero_snr", true},
          {"scheduler", "beta_schedule", "linear"},
          {"scheduler", "beta_schedule", "squaredcos_cap_v2"},
          {"scheduler", "beta_start", 0.001},
          {"scheduler", "beta_end", 0.02},
          {"scheduler", "num_train_timesteps", 500},
          {"scheduler", "trained_betas", json(1000, 0.01)},
          {"scheduler", "timestep_spacing", "linspace"},
          {"scheduler", "timestep_spacing", nullptr},
          {"scheduler", "steps_offset", 0},
          {"scheduler", "clip_sample", true},
          {"scheduler", "set_alpha_to_one", true},
          {"scheduler", "_class_name", "DPMSolverMultistepScheduler"},
          {"scheduler", "use_karras_sigmas", true},
          {"scheduler", "algorithm_type", "sde-dpmsolver++"},
          {"scheduler", "lambda_min_clipped", -5.1},
          {"vae", "scaling_factor", 0.3},
          {"vae", "sample_size", 64},
          {"vae", "norm_num_groups", 2},
          {"unet", "sample_size", 32},
          {"unet", "attention_head_dim", 4},
          {"unet", "norm_eps", 1e-6},
          {"unet", "norm_num_groups", 4},
          {"unet", "freq_shift", 1},
          {"unet", "flip_sin_to_cos", false},
          {"text_encoder", "num_attention_heads", 2},
          {"text_encoder", "num_hidden_layers", 1},
          {"text_encoder", "layer_norm_eps", 1e-6},
          {"text_encoder", "eos_token_id", 63}};
}

std::vector<Statement> statements_of_xl() {
  return {{"text_encoder_2", "num_attention_heads", 2},
          {"text_encoder_2", "num_hidden_layers", 1},
          {"text_encoder_2", "hidden_act", "quick_gelu"},
          {"model_index", "force_zeros_for_empty_prompt", false}};
}

TEST_F(ConvertMeaning, EveryFieldOfEveryFamilySurvivesEveryWay) {
  int64_t index = 0;
  for (const Family family : kFamilies) {
    std::vector<Statement> all = statements();
    if (family == Family::sdxl) std::ranges::copy(statements_of_xl(), std::back_inserter(all));
    for (const Statement& statement : all) {
      if (!is_run(index++, 5)) continue;
      SCOPED_TRACE(std::string(name_of(family)) + ": " + statement.part + "." + statement.field + " " +
                   statement.value.dump().substr(0, 40));
      const fs::path model = model_folder(family);
      set_field(model, statement.part, statement.field, statement.value);
      expect_every_way_keeps_the_meaning(Checkpoint::open(model));
      fs::remove_all(model);
    }
  }
}

TEST_F(ConvertMeaning, AllFieldsAtOnceSurviveEveryWay) {
  const fs::path model = model_folder(Family::sdxl);
  for (const Statement& statement : statements_of_xl()) {
    set_field(model, statement.part, statement.field, statement.value);
  }
  set_field(model, "scheduler", "prediction_type", "v_prediction");
  set_field(model, "scheduler", "rescale_betas_zero_snr", true);
  set_field(model, "scheduler", "beta_end", 0.015);
  set_field(model, "vae", "scaling_factor", 0.5);
  expect_every_way_keeps_the_meaning(Checkpoint::open(model));
}

TEST_F(ConvertMeaning, PredictionAndZeroSnrAreWrittenAsOtherProgramsReadThem) {
  for (const Family family : kFamilies) {
    const fs::path model = model_folder(family);
    to_file(Checkpoint::open(model, {.prediction = "epsilon"}), "e.safetensors");
    const Checkpoint noise = open("e.safetensors");
    const WeightsFile& noise_file = *noise.part("unet").file;
    EXPECT_EQ(noise_file.metadata().at("modelspec.prediction_type"), "epsilon");
    EXPECT_EQ(noise_file.find("v_pred"), nullptr);
    set_field(model, "scheduler", "rescale_betas_zero_snr", true);
    to_file(Checkpoint::open(model, {.prediction = "v_prediction"}), "v.safetensors");
    const Checkpoint velocity = open("v.safetensors");
    const WeightsFile& file = *velocity.part("unet").file;
    EXPECT_EQ(file.metadata().at("modelspec.prediction_type"), "v");
    EXPECT_EQ(file.metadata().at("format"), "pt");
    ASSERT_NE(file.find("v_pred"), nullptr);
    ASSERT_NE(file.find("ztsnr"), nullptr);
    EXPECT_EQ(file.find("v_pred")->shape, Shape{0});
    EXPECT_TRUE(inspect(velocity).left_overs.empty()) << "marks whose word was taken are used";
    fs::remove_all(model);
  }
}

// Spelled otherwise, or left to a default of the same value, a configuration means the same.
TEST_F(ConvertMeaning, NothingIsKeptThatTheTensorsSayAnyway) {
  for (const Family family : kFamilies) {
    const fs::path model = model_folder(family);
    set_field(model, "unet", "_diffusers_version", "0.1");
    set_field(model, "unet", "only_cross_attention", false);
    set_field(model, "unet", "attention_head_dim", family == Family::sd1 ? 8 : 1);
    set_field(model, "vae", "force_upcast", true);
    set_field(model, "scheduler", "trained_betas", nullptr);
    const Converted converted = to_file(Checkpoint::open(model), "a.safetensors");
    EXPECT_FALSE(open("a.safetensors").part("unet").file->metadata().contains("redraw.configs"));
    for (const std::string& note : converted.notes) EXPECT_EQ(note.find("redraw.configs"), std::string::npos) << note;
    fs::remove_all(model);
  }
}

TEST_F(ConvertMeaning, WhatOtherProgramsWillNotKnowIsSaidByName) {
  const fs::path model = model_folder(Family::sdxl);
  set_field(model, "scheduler", "beta_start", 0.001);
  set_field(model, "vae", "scaling_factor", 0.3);
  set_field(model, "scheduler", "timestep_spacing", "trailing");
  const Converted converted = to_file(Checkpoint::open(model), "a.safetensors");
  const auto noted = [&](const std::string& words) {
    return std::ranges::any_of(converted.notes, [&](const std::string& n) { return n.find(words) != n.npos; });
  };
  EXPECT_TRUE(noted("scheduler.beta_start 0.001, vae.scaling_factor 0.3"));
  EXPECT_TRUE(noted("so their pictures will differ; give them a folder"));
  EXPECT_TRUE(noted("scheduler.timestep_spacing \"trailing\""));
}

TEST_F(ConvertMeaning, WhatTheUserSaysOfASingleFileIsWritten) {
  for (const Family family : kFamilies) {
    written(small_model(family), folder_ / "s.safetensors");
    for (const char* type : {"epsilon", "v_prediction", "sample"}) {
      SCOPED_TRACE(type);
      expect_every_way_keeps_the_meaning(open("s.safetensors", {.prediction = type}));
    }
  }
  const fs::path configs = model_folder(Family::sd1, "configs");
  set_field(configs, "scheduler", "beta_end", 0.02);
  set_field(configs, "text_encoder", "num_attention_heads", 4);
  written(small_model(Family::sd1), folder_ / "s.safetensors");
  expect_every_way_keeps_the_meaning(open("s.safetensors", {.configs = configs}));
  set_field(configs, "vae", "scaling_factor", 0.7);
  expect_every_way_keeps_the_meaning(open("s.safetensors", {.vae = configs}));
}

TEST_F(ConvertMeaning, EverySourceOfThePredictionTypeIsCarried) {
  for (const Family family : kFamilies) {
    ListedTensors marked = small_model(family);
    marked.add("v_pred", Shape{0}, DType::f32);
    marked.add("ztsnr", Shape{0}, DType::f32);
    written(marked, folder_ / "marked.safetensors");
    const Checkpoint by_mark = open("marked.safetensors");
    EXPECT_EQ(by_mark.spec().scheduler.prediction_type, PredictionType::v_prediction);
    expect_every_way_keeps_the_meaning(by_mark);
    EXPECT_TRUE(to_file(by_mark, "x.safetensors").left_out.empty()) << "the marks are in the result";
    EXPECT_TRUE(to_folder(by_mark, "x").left_out.empty());
    const Checkpoint by_user = open("marked.safetensors", {.prediction = "v_prediction"});
    EXPECT_TRUE(to_file(by_user, "x.safetensors").left_out.empty()) << "a mark that did not decide, and is true";
    EXPECT_EQ(inspect(by_user).left_overs.size(), 1u);

    ListedTensors stated = small_model(family);
    stated.metadata()["modelspec.prediction_type"] = "v";
    written(stated, folder_ / "stated.safetensors");
    expect_every_way_keeps_the_meaning(open("stated.safetensors"));
    written_as_gguf(stated, folder_ / "stated.gguf");
    EXPECT_EQ(open("stated.gguf").spec().scheduler.prediction_type, PredictionType::v_prediction);
    expect_every_way_keeps_the_meaning(open("stated.gguf"));

    written(small_model(family), folder_ / "yaml.safetensors");
    folder_.write("yaml.yaml", "model:\n  params:\n    parameterization: \"v\"\n");
    EXPECT_EQ(open("yaml.safetensors").spec().scheduler.prediction_type, PredictionType::v_prediction);
    expect_every_way_keeps_the_meaning(open("yaml.safetensors"));
  }
  ListedTensors stepped = small_model(Family::sd2);  // as a .ckpt says it
  stepped.metadata()["global_step"] = "110000";
  written(stepped, folder_ / "stepped.safetensors");
  EXPECT_EQ(open("stepped.safetensors").spec().scheduler.prediction_type, PredictionType::v_prediction);
  expect_every_way_keeps_the_meaning(open("stepped.safetensors"));
}

// The user's word goes before the file's marks, which must then not be copied.
TEST_F(ConvertMeaning, MarksThatAreNotTrueAnyLongerAreNotCopied) {
  ListedTensors marked = small_model(Family::sdxl);
  marked.add("v_pred", Shape{0}, DType::f32);
  marked.metadata()["modelspec.prediction_type"] = "v";
  written(marked, folder_ / "marked.safetensors");
  const Checkpoint asked = open("marked.safetensors", {.prediction = "epsilon"});
  const Converted converted = to_file(asked, "e.safetensors");
  EXPECT_EQ(converted.left_out, std::vector<std::string>{"v_pred"});
  EXPECT_EQ(open("e.safetensors").part("unet").file->find("v_pred"), nullptr);
  expect_every_way_keeps_the_meaning(asked);
}

TEST_F(ConvertMeaning, AYamlBesideTheResultThatSaysOtherwiseIsRefusedBeforeAnythingIsWritten) {
  const fs::path model = model_folder(Family::sd1);
  folder_.write("out.yaml", "parameterization: v\n");
  const std::string message =
      message_of(Code::model_unsupported, [&] { to_file(Checkpoint::open(model), "out.safetensors"); });
  EXPECT_NE(message.find("scheduler.prediction_type"), std::string::npos) << message;
  EXPECT_NE(message.find("out.yaml"), std::string::npos) << message;
  EXPECT_FALSE(fs::exists(folder_ / "out.safetensors"));
}

TEST_F(ConvertMeaning, MetadataAboutTheModelGoesAlongAndTheRestIsNamed) {
  ListedTensors file = small_model(Family::sd1);
  file.metadata() = {{"modelspec.title", "Fire"},
                     {"modelspec.license", "CC0"},
                     {"ss_base_model_version", "sd1"},
                     {"modelspec.thumbnail", "data:image/jpeg;base64,AAAA"},
                     {"modelspec.hash_sha256", "0x1"},
                     {"story", std::string(100000, 'x')},
                     {"format", "pt"}};
  written(file, folder_ / "s.safetensors");
  const auto expect_kept = [&](const std::string& name) {
    const Checkpoint result = open(name);
    const auto& metadata = result.part("unet").file->metadata();
    EXPECT_EQ(metadata.at("modelspec.title"), "Fire") << name;
    EXPECT_EQ(metadata.at("modelspec.license"), "CC0") << name;
    EXPECT_EQ(metadata.at("ss_base_model_version"), "sd1") << name;
    EXPECT_EQ(metadata.at("format"), "pt") << name;
    EXPECT_EQ(metadata.size(), name == "folder" ? 4u : 5u) << name;
  };
  const Converted converted = to_file(open("s.safetensors"), "copy.safetensors");
  expect_kept("copy.safetensors");
  ASSERT_FALSE(converted.notes.empty());
  EXPECT_NE(converted.notes.front().find("modelspec.hash_sha256"), std::string::npos);
  EXPECT_NE(converted.notes.front().find("modelspec.thumbnail"), std::string::npos);
  EXPECT_NE(converted.notes.front().find("'story' (too long)"), std::string::npos);
  to_folder(open("copy.safetensors"), "folder");
  expect_kept("folder");
  to_file(open("folder"), "again.safetensors");
  expect_kept("again.safetensors");
}

TEST_F(ConvertMeaning, KeysThatOnlyBeginAsOneThatIsWrittenAnewAreKept) {
  ListedTensors file = small_model(Family::sd1);
  file.metadata() = {{"format_version", "1"}, {"total_size_mb", "2"}, {"redraw.note", "3"}, {"total_size", "4"}};
  written(file, folder_ / "s.safetensors");
  const Converted converted = to_file(open("s.safetensors"), "copy.safetensors");
  EXPECT_NE(converted.notes.front().find("left out of the metadata: redraw.note"), std::string::npos);
  const Checkpoint copy = open("copy.safetensors");
  const auto& metadata = copy.part("unet").file->metadata();
  EXPECT_TRUE(metadata.contains("format_version"));
  EXPECT_TRUE(metadata.contains("total_size_mb"));
  EXPECT_FALSE(metadata.contains("total_size"));
}

TEST_F(ConvertMeaning, MetadataOfAFoldersOtherPartsIsNamedAndAllPartsSayTheirFormat) {
  const fs::path model = model_folder(Family::sd1);
  for (const char* part : {"unet", "vae", "text_encoder"}) {
    EXPECT_EQ(open_weights(model / part)->metadata(), (Metadata{{"format", "pt"}})) << part;
  }
  const fs::path vae = model / "vae/diffusion_pytorch_model.safetensors";
  ListedTensors said;
  for (const KeyRow& row : vae_keys(small_vae())) said.add(row.name, row.shape);
  said.metadata() = {{"format", "pt"}, {"author", "me"}};
  written(said, vae);
  for (const Converted& converted :
       {to_file(Checkpoint::open(model), "f.safetensors"), to_folder(Checkpoint::open(model), "folder")}) {
    EXPECT_TRUE(std::ranges::any_of(converted.notes, [](const std::string& note) {
      return note.find("left out of the metadata: vae: author") != std::string::npos;
    }));
  }
}

TEST_F(ConvertMeaning, WhatAFolderHasBesidesItsPartsGoesAlongOrIsNamed) {
  const fs::path model = model_folder(Family::sd1);
  set_field(model, "model_index", "requires_aesthetics_score", true);
  set_field(model, "model_index", "safety_checker", {"stable_diffusion", "StableDiffusionSafetyChecker"});
  const auto put = [&](const char* name, const char* text) { std::ofstream(model / name) << text; };
  put("LICENSE", "free");
  put("README.md", "a model");
  put("other.safetensors", "");
  put("redraw.json", R"({"steps": 12})");
  const auto noted = [](const Converted& converted, const std::string& words) {
    return std::ranges::any_of(converted.notes, [&](const std::string& n) { return n.find(words) != n.npos; });
  };
  const Converted folder = to_folder(Checkpoint::open(model), "folder");
  EXPECT_TRUE(noted(folder, "not copied: other.safetensors"));
  EXPECT_TRUE(noted(folder, "safety_checker"));
  EXPECT_EQ(read_whole_file(folder_ / "folder/LICENSE").size(), 4u);
  EXPECT_TRUE(fs::exists(folder_ / "folder/README.md"));
  EXPECT_TRUE(
      JsonObject::read(folder_ / "folder/model_index.json", FileOf::model).boolean("requires_aesthetics_score"));
  const Converted file = to_file(Checkpoint::open(model), "file.safetensors");
  EXPECT_TRUE(noted(file, "LICENSE, README.md, other.safetensors"));
  to_folder(open("file.safetensors"), "back");
  for (const char* name : {"folder", "file.safetensors", "back"}) {
    const std::optional<JsonObject> defaults = stated_defaults(folder_ / name);
    ASSERT_TRUE(defaults) << name;
    EXPECT_EQ(defaults->integer("steps", 1, 100), 12) << name;
  }
}

TEST_F(ConvertMeaning, APipelineOfItsOwnKindIsKept) {
  for (const auto& [channels, name] :
       {std::pair{9, "StableDiffusionInpaintPipeline"}, std::pair{8, "StableDiffusionInstructPix2PixPipeline"}}) {
    ListedTensors file = small_model(Family::sd1);
    file.remove("model.diffusion_model.input_blocks.0.0.weight");
    file.add("model.diffusion_model.input_blocks.0.0.weight", Shape{8, channels, 3, 3});
    written(file, folder_ / "s.safetensors");
    to_folder(open("s.safetensors"), "folder");
    EXPECT_EQ(JsonObject::read(folder_ / "folder/model_index.json", FileOf::model).string("_class_name"), name);
  }
}

// ViT-H has 24 layers, of which SD 2 uses 23; a folder stores only those.
TEST_F(ConvertMeaning, ATextEncoderThatLostItsUnusedLayerIsNotTakenForAShorterOne) {
  ClipTextConfig text = small_text(23, 0);
  text.hidden_size = 1024;
  text.intermediate_size = 4096;
  for (const int64_t stored : {23, 24}) {
    ListedTensors file;
    UNetConfig network = small_unet(Family::sd2);
    network.cross_attention_dim = 1024;
    file.add("model.diffusion_model.", unet_keys(network, true));
    file.add("first_stage_model.", vae_keys(small_vae()));
    file.add("cond_stage_model.model.", open_clip_keys(text, stored));
    const Checkpoint model = Checkpoint::open(std::make_shared<ListedTensors>(file));
    EXPECT_EQ(model.spec().text_encoder->num_hidden_layers, 23) << stored;
  }
}

TEST_F(ConvertMeaning, MetadataThatIsNoConfigurationIsRefused) {
  const auto opened = [&](const char* text) {
    ListedTensors file = small_model(Family::sd1);
    file.metadata()["redraw.configs"] = text;
    return [list = std::make_shared<ListedTensors>(file)] { Checkpoint::open(list); };
  };
  EXPECT_EQ(code_of(opened("nonsense")), Code::json_malformed);
  EXPECT_EQ(code_of(opened("[]")), Code::json_malformed);
  EXPECT_EQ(code_of(opened(R"({"unet": 3})")), Code::json_wrong_type);
  EXPECT_EQ(code_of(opened(R"({"transformer": {}})")), Code::model_unsupported);
  EXPECT_EQ(code_of(opened(R"({"scheduler": {"beta_start": 5}})")), Code::json_out_of_range);
  EXPECT_EQ(code_of(opened(R"({"scheduler": {"prediction_type": "flow"}})")), Code::model_unsupported);
  EXPECT_EQ(code_of(opened(R"({"unet": {"attention_head_dim": 0}})")), Code::json_out_of_range);
  EXPECT_EQ(code_of(opened(R"({"unet": {"block_out_channels": [1, 2, 3]}})")), Code::json_out_of_range);
  std::string letters = "a";  // so that 100 bytes end within a letter
  for (int i = 0; i < 100; ++i) letters += "\u00e9";
  const std::string shown = message_of(Code::model_unsupported, opened(("{\"" + letters + "\": {}}").c_str()));
  EXPECT_TRUE(is_utf8(shown)) << shown;
  EXPECT_NO_THROW(opened(R"({"text_encoder_2": {}, "model_index": {}})")());
}

}  // namespace
}  // namespace redraw
