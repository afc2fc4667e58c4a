#include "checkpoint/convert.h"

#include <bit>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "base/half.h"
#include "base/input_file.h"
#include "checkpoint/inspect.h"
#include "checkpoint/tokenizers.h"
#include "support/error_of.h"
#include "support/safetensors_bytes.h"
#include "support/temporary_folder.h"
#include "text/clip_tokenizer.h"
#include "weights/narrow.h"
#include "weights/open_weights.h"
#include "weights/safetensors/safetensors.h"
#include "weights/safetensors/safetensors_writer.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

fs::path tiny(const std::string& name) {
  return fs::path(REDRAW_BINARY_DIR).parent_path() / "checkpoints" / name;
}

fs::path vocabulary() {
  return fs::path(REDRAW_BINARY_DIR).parent_path() / "clip-vocabulary";
}

// In the order of the file, number for number. A converted file says more about itself: metadata, and marks at its end.
void expect_same_tensors(const fs::path& ours, const fs::path& theirs) {
  const SafetensorsFile a = SafetensorsFile::open(ours);
  const SafetensorsFile b = SafetensorsFile::open(theirs);
  size_t marks = 0;
  for (const TensorEntry& entry : a.tensors()) marks += entry.begin == entry.end;
  ASSERT_EQ(a.tensors().size() - marks, b.tensors().size());
  for (const TensorEntry& expected : b.tensors()) {
    const TensorEntry* entry = a.find(expected.name);
    ASSERT_NE(entry, nullptr) << expected.name;
    EXPECT_EQ(entry->dtype, expected.dtype) << expected.name;
    EXPECT_EQ(entry->shape, expected.shape) << expected.name;
    EXPECT_EQ(entry->begin, expected.begin) << expected.name;
    EXPECT_EQ(a.bytes(*entry), b.bytes(expected)) << expected.name;
  }
}

class Convert : public ::testing::TestWithParam<const char*> {
 protected:
  std::string arch() const { return GetParam(); }
  fs::path file() const { return tiny(arch() + ".safetensors"); }
  Checkpoint open_file(const fs::path& path) const { return Checkpoint::open(path, {.configs = tiny(arch())}); }
  TemporaryFolder folder_;
};

TEST_P(Convert, AFolderToOneFileAndBackGivesEqualFiles) {
  const fs::path single = folder_ / "single.safetensors";
  convert(Checkpoint::open(tiny(arch())), single, {.layout = Layout::ldm});
  expect_same_tensors(single, file());  // the file that the tool writes in this layout

  const fs::path back = folder_ / "back";
  const Converted converted =
      convert(open_file(single), back, {.layout = Layout::diffusers, .vocabulary = vocabulary()});
  EXPECT_TRUE(converted.left_out.empty());
  for (const fs::path& weights : converted.files) {
    SCOPED_TRACE(weights);
    expect_same_tensors(weights, tiny(arch()) / fs::relative(weights, back));
    EXPECT_EQ(open_weights(weights)->metadata(), (Metadata{{"format", "pt"}}));
  }
  EXPECT_EQ(Checkpoint::open(back).spec().family, open_file(single).spec().family);
}

TEST_P(Convert, OneFileToAFolderAndBackGivesTheSameFile) {
  const fs::path middle = folder_ / "folder";
  convert(open_file(file()), middle, {.layout = Layout::diffusers, .vocabulary = vocabulary()});
  const fs::path back = folder_ / "back.safetensors";
  convert(Checkpoint::open(middle), back, {.layout = Layout::ldm});
  expect_same_tensors(back, file());
}

INSTANTIATE_TEST_SUITE_P(Models, Convert, ::testing::Values("tiny-sd15", "tiny-sd21", "tiny-sdxl"),
                         [](const auto& info) { return std::string(info.param).substr(5); });

TEST(ConvertPrecision, WiderAndBackIsTheSame) {
  const TemporaryFolder folder;
  convert(Checkpoint::open(tiny("tiny-sd15")), folder / "f32.safetensors",
          {.layout = Layout::ldm, .dtype = DType::f32});
  const CheckpointOptions options{.configs = tiny("tiny-sd15")};
  const Checkpoint wide = Checkpoint::open(folder / "f32.safetensors", options);
  EXPECT_EQ(inspect(wide).parts.front().precisions.begin()->first, "F32");
  convert(wide, folder / "f16.safetensors", {.layout = Layout::ldm, .dtype = DType::f16});
  expect_same_tensors(folder / "f16.safetensors", tiny("tiny-sd15.safetensors"));
}

// The model with its tensors below `prefix` in 64 bits.
void write_wider(const fs::path& from, const fs::path& to, const std::string& prefix) {
  const auto file = open_weights(from);
  std::vector<TensorToWrite> tensors;
  for (const TensorEntry& entry : file->tensors()) {
    const bool is_wide = entry.name.starts_with(prefix);
    tensors.push_back({.name = entry.name,
                       .dtype = is_wide ? DType::f64 : entry.dtype,
                       .shape = entry.shape,
                       .write = [file, &entry, is_wide](const ByteSink& sink) {
                         if (!is_wide) return sink(file->bytes(entry));
                         std::vector<float> numbers(static_cast<size_t>(entry.shape.elements()));
                         file->read_f32(entry, 0, numbers);
                         const std::vector<double> wide(numbers.begin(), numbers.end());
                         sink(std::as_bytes(std::span(wide)));
                       }});
  }
  write_safetensors(to, tensors);
}

TEST(ConvertPrecision, SixtyFourBitsBecomeFloat32AndAreNamedUnlessAnotherPrecisionIsAskedFor) {
  const TemporaryFolder folder;
  const std::string prefix = "cond_stage_model.";
  write_wider(tiny("tiny-sd15.safetensors"), folder / "wide.safetensors", prefix);
  const CheckpointOptions options{.configs = tiny("tiny-sd15")};
  const Checkpoint wide = Checkpoint::open(folder / "wide.safetensors", options);
  EXPECT_TRUE(inspect(wide).is_whole());
  const Converted kept = convert(wide, folder / "kept.safetensors", {.layout = Layout::ldm});
  const auto file = open_weights(folder / "kept.safetensors");
  size_t narrowed = 0;
  for (const TensorEntry& entry : file->tensors()) {
    const bool is_wide = entry.name.starts_with(prefix);
    EXPECT_EQ(entry.dtype, is_wide ? DType::f32 : DType::f16) << entry.name;
    narrowed += is_wide ? 1 : 0;
  }
  EXPECT_EQ(kept.narrowed.size(), narrowed);
  EXPECT_GT(narrowed, 0u);
  const Converted f16 = convert(wide, folder / "f16.safetensors", {.layout = Layout::ldm, .dtype = DType::f16});
  EXPECT_TRUE(f16.narrowed.empty()) << "as asked for";
  expect_same_tensors(folder / "f16.safetensors", tiny("tiny-sd15.safetensors"));
  convert(wide, folder / "diffusers", {.layout = Layout::diffusers, .vocabulary = vocabulary()});
  const auto text = open_weights(folder / "diffusers" / "text_encoder");
  EXPECT_EQ(text->tensors().front().dtype, DType::f32);
}

TEST(ConvertPrecision, WhatIsThereIsNotOverwrittenUnasked) {
  const TemporaryFolder folder;
  const fs::path there = folder.write("there.safetensors", "precious");
  const Checkpoint checkpoint = Checkpoint::open(tiny("tiny-sd15"));
  EXPECT_EQ(code_of([&] { convert(checkpoint, there, {.layout = Layout::ldm}); }), Code::usage);
  EXPECT_EQ(read_whole_file(there).size(), 8u);
  EXPECT_NO_THROW(convert(checkpoint, there, {.layout = Layout::ldm, .is_overwriting = true}));
}

struct OwnPlace {
  const char* what;
  std::function<fs::path(const fs::path& folder)> make;  ///< the destination, beside "model" and "one.safetensors"
};

std::vector<OwnPlace> own_places() {
  const auto plain = [](const char* name) { return [name](const fs::path& folder) { return folder / name; }; };
  return {{"the folder itself", plain("model")},
          {"the folder by another spelling", plain("model/../model/.")},
          {"a part", plain("model/unet")},
          {"one of its files", plain("model/unet/diffusion_pytorch_model.safetensors")},
          {"its list of parts", plain("model/model_index.json")},
          {"a new folder within", plain("model/new/deeper")},
          {"the file itself", plain("one.safetensors")},
          {"a link to the folder",
           [](const fs::path& folder) {
             fs::create_directory_symlink(folder / "model", folder / "link");
             return folder / "link";
           }},
          {"a link to the file",
           [](const fs::path& folder) {
             fs::create_symlink(folder / "one.safetensors", folder / "link.safetensors");
             return folder / "link.safetensors";
           }},
          {"another name of the same file",
           [](const fs::path& folder) {
             fs::create_hard_link(folder / "one.safetensors", folder / "hard.safetensors");
             return folder / "hard.safetensors";
           }},
          {"a folder whose part is the model's",
           [](const fs::path& folder) {
             fs::create_directory(folder / "other");
             fs::create_directory_symlink(folder / "model/tokenizer", folder / "other/tokenizer");
             return folder / "other";
           }},
          {"a folder with a link to one of its files",
           [](const fs::path& folder) {
             fs::create_directories(folder / "copy/vae");
             fs::create_symlink(folder / "model/vae/config.json", folder / "copy/vae/config.json");
             return folder / "copy";
           }},
          {"a folder where the file lies", [](const fs::path& folder) {
             fs::create_directories(folder / "made/unet");
             fs::rename(folder / "one.safetensors", folder / "made/unet/diffusion_pytorch_model.safetensors");
             fs::create_symlink("made/unet/diffusion_pytorch_model.safetensors", folder / "one.safetensors");
             return folder / "made";
           }}};
}

std::map<fs::path, std::vector<std::byte>> all_bytes(const fs::path& folder) {
  std::map<fs::path, std::vector<std::byte>> all;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) all.emplace(entry.path(), read_whole_file(entry.path()));
  }
  return all;
}

TEST(ConvertSafety, NoFileOfTheSourceIsWrittenOverByWhateverName) {
  for (const OwnPlace& place : own_places()) {
    SCOPED_TRACE(place.what);
    const TemporaryFolder folder;
    fs::copy(tiny("tiny-sd15"), folder / "model", fs::copy_options::recursive);
    fs::copy(tiny("tiny-sd15.safetensors"), folder / "one.safetensors");
    const fs::path destination = place.make(folder.path());
    const auto before = all_bytes(folder.path());
    const bool is_of_folder = !destination.native().ends_with("made") && destination.extension() != ".safetensors";
    const bool is_in_folder = destination.native().find("/model") != std::string::npos;
    const fs::path source = folder / (is_of_folder || is_in_folder ? "model" : "one.safetensors");
    const Checkpoint checkpoint = Checkpoint::open(source);
    for (const Layout layout : {Layout::ldm, Layout::diffusers}) {
      const std::string message = message_of(Code::usage, [&] {
        convert(checkpoint, destination, {.layout = layout, .vocabulary = vocabulary(), .is_overwriting = true});
      });
      EXPECT_NE(message.find("belongs to the model that is converted"), std::string::npos) << message;
    }
    EXPECT_TRUE(all_bytes(folder.path()) == before);
  }
}

TEST(ConvertSafety, BesideTheSourceIsNotWithinIt) {
  const TemporaryFolder folder;
  fs::copy(tiny("tiny-sd15.safetensors"), folder / "one.safetensors");
  const Checkpoint checkpoint = Checkpoint::open(folder / "one.safetensors");
  EXPECT_NO_THROW(convert(checkpoint, folder / "one", {.layout = Layout::diffusers, .vocabulary = vocabulary()}));
  EXPECT_NO_THROW(convert(Checkpoint::open(folder / "one"), folder / "two.safetensors", {.layout = Layout::ldm}));
}

TEST(ConvertSafety, ShardsAreFilesOfTheSource) {
  const TemporaryFolder folder;
  fs::copy(tiny("tiny-sd15.safetensors"), folder / "shard.safetensors");
  nlohmann::json index = {{"metadata", nlohmann::json::object()}};
  const auto shard = open_weights(folder / "shard.safetensors");
  for (const TensorEntry& entry : shard->tensors()) {
    index["weight_map"][entry.name] = "shard.safetensors";
  }
  std::ofstream(folder / "m.safetensors.index.json") << index;
  const Checkpoint checkpoint = Checkpoint::open(folder / "m.safetensors.index.json");
  message_of(Code::usage, [&] {
    convert(checkpoint, folder / "shard.safetensors", {.layout = Layout::ldm, .is_overwriting = true});
  });
}

// The two files as one.
void make_tokenizer_json(const fs::path& folder) {
  nlohmann::json whole = {{"model", {{"type", "BPE"}, {"end_of_word_suffix", "</w>"}}}};
  whole["model"]["vocab"] = nlohmann::json::parse(read_text_file(folder / "vocab.json", size_t{8} << 20));
  nlohmann::json& merges = whole["model"]["merges"] = nlohmann::json::array();
  std::istringstream lines(read_text_file(folder / "merges.txt", size_t{8} << 20));
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with("#version")) merges.push_back(line);
  std::ofstream(folder / "tokenizer.json") << whole;
}

TEST(Tokenizers, AreInspectedAndConvertedAsRunsOpenThem) {
  const TemporaryFolder folder;
  const fs::path model = folder / "model";
  fs::copy(tiny("tiny-sdxl"), model, fs::copy_options::recursive);
  for (const char* name : {"tokenizer", "tokenizer_2"}) {
    make_tokenizer_json(model / name);
    fs::remove(model / name / "vocab.json");
  }
  EXPECT_TRUE(inspect(Checkpoint::open(model)).is_whole());
  const fs::path copy = folder / "copy";
  convert(Checkpoint::open(model), copy, {.layout = Layout::diffusers});
  for (const char* name : {"tokenizer", "tokenizer_2"}) {
    const ClipTokenizer ours = ClipTokenizer::load(copy / name);
    EXPECT_EQ(ours.tokenize("a castle").ids, ClipTokenizer::load(tiny("tiny-sdxl") / name).tokenize("a castle").ids);
  }
  EXPECT_NO_THROW(convert(Checkpoint::open(model), folder / "one.safetensors", {.layout = Layout::ldm}));

  fs::remove(model / "tokenizer_2" / "tokenizer.json");
  const ModelInspection inspection = inspect(Checkpoint::open(model));
  EXPECT_FALSE(inspection.is_whole());
  ASSERT_EQ(inspection.tokenizer_faults.size(), 1u);
  EXPECT_NE(inspection.tokenizer_faults[0].find("tokenizer_2: the tokenizer has no vocab.json, and no tokenizer.json"),
            std::string::npos)
      << inspection.tokenizer_faults[0];
  EXPECT_EQ(code_of([&] { convert(Checkpoint::open(model), folder / "none", {.layout = Layout::diffusers}); }),
            Code::model_part_missing);
  EXPECT_FALSE(fs::exists(folder / "none"));
  fs::remove_all(model / "tokenizer_2");
  EXPECT_EQ(inspect(Checkpoint::open(model)).tokenizer_faults.size(), 1u);
}

TEST(Tokenizers, OfMoreTokensThanTheTextEncoderKnowsAreFaults) {
  for (const char* name : {"tokenizer", "tokenizer_2"}) {
    const TemporaryFolder folder;
    const fs::path model = folder / "model";
    fs::copy(tiny("tiny-sdxl"), model, fs::copy_options::recursive);
    EXPECT_NO_THROW(require_tokenizers(Checkpoint::open(model)));
    std::ofstream(model / name / "added_tokens.json") << R"({"<new>": 49408})";
    EXPECT_NO_THROW(require_tokenizers(Checkpoint::open(model))) << "a prompt without it is none the worse";
    fs::remove(model / name / "added_tokens.json");
    std::string vocabulary = read_text_file(model / name / "vocab.json", size_t{8} << 20);
    vocabulary.insert(vocabulary.rfind('}'), ", \"<no word>\": 49408");
    std::ofstream(model / name / "vocab.json") << vocabulary;
    const Checkpoint checkpoint = Checkpoint::open(model);
    const std::string message = message_of(Code::model_unsupported, [&] { require_tokenizers(checkpoint); });
    EXPECT_NE(message.find(std::string(name) + ": the tokenizer has 49409 tokens"), std::string::npos) << message;
    EXPECT_EQ(inspect(checkpoint).tokenizer_faults, std::vector<std::string>{message});
  }
}

TEST(Tokenizers, OfTwoFormsThatDifferAreNoted) {
  const TemporaryFolder folder;
  const fs::path model = folder / "model";
  fs::copy(tiny("tiny-sd15"), model, fs::copy_options::recursive);
  make_tokenizer_json(model / "tokenizer");
  EXPECT_TRUE(inspect(Checkpoint::open(model)).notes.empty());
  const fs::path merges = model / "tokenizer" / "merges.txt";
  const std::string text = read_text_file(merges, size_t{8} << 20);
  std::ofstream(merges) << text.substr(0, text.rfind('\n', text.size() - 2) + 1);  // without the last
  const ModelInspection inspection = inspect(Checkpoint::open(model));
  EXPECT_TRUE(inspection.is_whole());
  ASSERT_EQ(inspection.notes.size(), 1u);
  EXPECT_NE(inspection.notes[0].find("tokenizer.json has other merges than merges.txt"), std::string::npos);
}

TEST(Inspect, CountsAndNamesWhatHasNoPlace) {
  const CheckpointOptions options{.configs = tiny("tiny-sd15")};
  const ModelInspection whole = inspect(Checkpoint::open(tiny("tiny-sd15.safetensors"), options));
  EXPECT_TRUE(whole.is_whole());
  EXPECT_EQ(whole.parts.size(), 3u);
  EXPECT_TRUE(whole.unexpected.empty());
  EXPECT_EQ(whole.parts.front().name, "unet");
  EXPECT_EQ(whole.parts.front().precisions.at("F16"), whole.parts.front().tensors);
}

TEST(Narrow, EveryHalfAndBrainFloatComesBack) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const auto half = static_cast<uint16_t>(bits);
    const float from_half = half_to_float(half);
    const float from_brain = bfloat16_to_float(half);
    ASSERT_TRUE(std::isnan(from_half) || float_to_half(from_half) == half) << bits;
    ASSERT_TRUE(std::isnan(from_brain) || float_to_bfloat16(from_brain) == half) << bits;
  }
  EXPECT_TRUE(std::isnan(half_to_float(float_to_half(NAN))));
  EXPECT_TRUE(std::isnan(bfloat16_to_float(float_to_bfloat16(NAN))));
}

// The nearest of all 65536 values, ties to the even one: found by looking at the two neighbours.
TEST(Narrow, RoundsToTheNearestAndTiesToEven) {
  std::mt19937 random(3);
  for (int i = 0; i < 200000; ++i) {
    const auto value = std::bit_cast<float>(static_cast<uint32_t>(random()));
    if (!std::isfinite(value) || std::abs(value) >= 65504.0f) continue;
    const uint16_t ours = float_to_half(value);
    const double distance = std::abs(static_cast<double>(half_to_float(ours)) - value);
    for (const int step : {-1, 1}) {
      const auto other = static_cast<uint16_t>(ours + step);
      const double theirs = std::abs(static_cast<double>(half_to_float(other)) - value);
      if (std::isnan(theirs) || (other & 0x8000) != (ours & 0x8000)) continue;
      ASSERT_TRUE(distance < theirs || (distance == theirs && ours % 2 == 0)) << value;
    }
  }
  EXPECT_EQ(float_to_half(65519.9f), 0x7BFF);
  EXPECT_EQ(float_to_half(65520.0f), 0x7C00);
}

TEST(Narrow, NumbersBeyondTheTypeAreReported) {
  const std::vector<float> numbers{1.0f, 70000.0f};
  std::vector<std::byte> bytes(4);
  EXPECT_FALSE(narrow_from_f32(DType::f16, numbers, bytes));
  EXPECT_TRUE(narrow_from_f32(DType::bf16, numbers, bytes));
  EXPECT_TRUE(narrow_from_f32(DType::f16, std::vector<float>{INFINITY, 1}, bytes)) << "it was infinite before";
}

TEST(SafetensorsWriter, RefusesATensorThatMakesAnotherNumberOfBytes) {
  const TemporaryFolder folder;
  const std::vector<TensorToWrite> tensors = {
      {.name = "a", .dtype = DType::f16, .shape = {2}, .write = [](const ByteSink& sink) {
         sink(std::vector<std::byte>(3));
       }}};
  EXPECT_EQ(code_of([&] { write_safetensors(folder / "a.safetensors", tensors); }), Code::internal);
  EXPECT_TRUE(fs::is_empty(folder.path())) << "nothing is left behind";
}

}  // namespace
}  // namespace redraw
