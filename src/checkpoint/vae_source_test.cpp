// Autoencoders by themselves, given in place of a model's own: the tiny ones, made of their tables.
#include "checkpoint/vae_source.h"

#include <filesystem>
#include <gtest/gtest.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/convert.h"
#include "checkpoint/inspect.h"
#include "checkpoint/listed_tensors.h"
#include "models/tiny_autoencoder_names.h"
#include "support/error_of.h"
#include "support/temporary_folder.h"
#include "weights/safetensors/safetensors.h"
#include "weights/safetensors/safetensors_writer.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

const TinyAutoencoderConfig kSmall{.latent_channels = 4, .encoder_channels = 6, .decoder_channels = 8};

enum class Names { diffusers, original, original_with_prefix, original_with_taesd };

std::string stored_name(const TinyAutoencoderTensor& tensor, TinyAutoencoderPart part, Names names) {
  const bool is_encoder = part == TinyAutoencoderPart::encoder;
  if (names == Names::diffusers) return tensor.name;
  if (names == Names::original) return tensor.original_name;
  const std::string prefix = names == Names::original_with_taesd ? "taesd_" : "";
  return prefix + (is_encoder ? "encoder." : "decoder.") + tensor.original_name;
}

void add(ListedTensors& file, TinyAutoencoderPart part, Names names, const TinyAutoencoderConfig& config = kSmall) {
  for (const TinyAutoencoderTensor& tensor : tiny_autoencoder_tensors(config, part)) {
    file.add(stored_name(tensor, part, names), tensor.shape);
  }
}

std::shared_ptr<ListedTensors> listed(Names names, bool has_encoder = true,
                                      const TinyAutoencoderConfig& config = kSmall) {
  auto file = std::make_shared<ListedTensors>();
  if (has_encoder) add(*file, TinyAutoencoderPart::encoder, names, config);
  add(*file, TinyAutoencoderPart::decoder, names, config);
  return file;
}

struct Case {
  Names names;
  bool has_encoder;
};
constexpr Case kCases[] = {{Names::diffusers, true},
                           {Names::diffusers, false},
                           {Names::original_with_prefix, true},
                           {Names::original_with_prefix, false},
                           {Names::original_with_taesd, true},
                           {Names::original_with_taesd, false},
                           {Names::original, false}};

// The list as a file of zeros.
fs::path written(const ListedTensors& file, const fs::path& path) {
  std::vector<TensorToWrite> tensors;
  for (const TensorEntry& entry : file.tensors()) {
    const auto size = static_cast<size_t>(entry.end - entry.begin);
    tensors.push_back(
        {.name = entry.name, .dtype = entry.dtype, .shape = entry.shape, .write = [size](const auto& sink) {
           sink(std::vector<std::byte>(size));
         }});
  }
  write_safetensors(path, tensors);
  return path;
}

fs::path golden() {
  return fs::path(REDRAW_SOURCE_DIR) / "tests/golden/taesd";
}

fs::path box_model() {
  return fs::path(REDRAW_SOURCE_DIR) / "models/emoji-128";
}

// As diffusers saves an AutoencoderTiny.
void write_folder(const TemporaryFolder& folder) {
  fs::copy_file(golden() / "config.json", folder / "config.json");
  fs::copy_file(golden() / "weights.safetensors", folder / "diffusion_pytorch_model.safetensors");
}

TEST(TinyVaeSource, KnowsEveryNamingAndReadsWidthsFromShapes) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(static_cast<int>(c.names) * 10 + c.has_encoder);
    const std::optional<TinyVaeSource> found = find_tiny_vae(listed(c.names, c.has_encoder), nullptr);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->has_encoder, c.has_encoder);
    EXPECT_EQ(found->config.latent_channels, 4);
    EXPECT_EQ(found->config.decoder_channels, 8);
    EXPECT_EQ(found->config.encoder_channels, c.has_encoder ? 6 : 64);
    EXPECT_TRUE(check_part(found->source).is_whole());
    const nn::Parameters p = parameters_of(found->source);
    for (const auto& tensor : tiny_autoencoder_tensors(kSmall, TinyAutoencoderPart::decoder)) {
      EXPECT_TRUE(p.find(tensor.name)) << tensor.name;
    }
    EXPECT_EQ(static_cast<bool>(p.find("encoder.layers.0.weight")), c.has_encoder);
  }
}

TEST(TinyVaeSource, OtherFilesAreNone) {
  const auto file = std::make_shared<ListedTensors>();
  EXPECT_FALSE(find_tiny_vae(file, nullptr));
  VaeConfig config;
  config.block_out_channels = {32, 64};
  file->add("", vae_keys(config));
  EXPECT_FALSE(find_tiny_vae(file, nullptr));
}

TEST(TinyVaeSource, AnEncoderAloneIsRefused) {
  for (const Names names : {Names::diffusers, Names::original, Names::original_with_prefix}) {
    const auto file = std::make_shared<ListedTensors>();
    add(*file, TinyAutoencoderPart::encoder, names);
    EXPECT_NE(message_of(Code::model_part_missing, [&] { find_tiny_vae(file, nullptr); }).find("without its decoder"),
              std::string::npos);
  }
}

// A newer variant has group norms between its convolutions; run without them it would give other pictures.
TEST(TinyVaeSource, TensorsThatTheNetworkDoesNotHaveAreRefusedByName) {
  for (const Case& c : kCases) {
    const TinyAutoencoderTensor first = tiny_autoencoder_tensors(kSmall, TinyAutoencoderPart::decoder).front();
    const std::string name = stored_name(first, TinyAutoencoderPart::decoder, c.names);
    for (const std::string& other :
         {name + "_norm", std::string("zzz.pool.0.weight"), std::string("3.conv.1.weight")}) {
      const auto file = listed(c.names, c.has_encoder);
      file->add(other, Shape{8});
      EXPECT_NE(message_of(Code::tensor_unexpected, [&] { find_tiny_vae(file, nullptr); }).find("'" + other + "'"),
                std::string::npos);
    }
  }
  TinyAutoencoderConfig longer = kSmall;
  longer.decoder_blocks = {3, 3, 4, 1};
  EXPECT_EQ(code_of([&] { find_tiny_vae(listed(Names::diffusers, true, longer), nullptr); }), Code::tensor_unexpected);
}

// By name; the first of a half leave a file that has no such half, and whose others have no place.
TEST(TinyVaeSource, EveryTensorThatIsDroppedOrReshapedIsNoticed) {
  for (const TinyAutoencoderPart part : {TinyAutoencoderPart::encoder, TinyAutoencoderPart::decoder}) {
    for (const TinyAutoencoderTensor& tensor : tiny_autoencoder_tensors(kSmall, part)) {
      const auto opened = [](const std::shared_ptr<ListedTensors>& file) {
        require_whole(find_tiny_vae(file, nullptr).value().source);
      };
      const auto dropped = listed(Names::diffusers);
      dropped->remove(tensor.name);
      const Code code = code_of([&] { opened(dropped); });
      EXPECT_TRUE(code == Code::tensor_missing || code == Code::tensor_unexpected || code == Code::model_part_missing)
          << tensor.name;
      if (code == Code::tensor_missing) {
        EXPECT_NE(message_of([&] { opened(dropped); }).find(tensor.name), std::string::npos);
      }
      std::vector<int64_t> extents(tensor.shape.extents().begin(), tensor.shape.extents().end());
      ++extents.back();
      const auto reshaped = listed(Names::diffusers);
      reshaped->remove(tensor.name);
      reshaped->add(tensor.name, Shape(extents));
      EXPECT_NE(message_of(Code::tensor_wrong_shape, [&] { opened(reshaped); }).find(tensor.name), std::string::npos);
    }
  }
}

TEST(TinyVaeSource, ShapesThatNoNetworkHasAreRefused) {
  for (const Shape& shape : {Shape{8}, Shape{0, 4, 3, 3}, Shape{8, 0, 3, 3}, Shape{1 << 17, 4, 3, 3}}) {
    const auto file = listed(Names::diffusers);
    file->remove("decoder.layers.0.weight");
    file->add("decoder.layers.0.weight", shape);
    EXPECT_NE(
        message_of(Code::model_unsupported, [&] { find_tiny_vae(file, nullptr); }).find("decoder.layers.0.weight"),
        std::string::npos);
  }
}

TEST(VaeSource, ATinyFolderOfDiffusersAndItsFileAreTheSame) {
  const TemporaryFolder folder;
  write_folder(folder);
  const Checkpoint model = Checkpoint::open(box_model(), {.vae = folder.path()});
  model.require_whole();
  ASSERT_TRUE(model.spec().tiny_vae);
  EXPECT_TRUE(model.spec().vae_encodes);
  EXPECT_EQ(model.spec().vae.scaling_factor, Checkpoint::open(box_model()).spec().vae.scaling_factor);
  EXPECT_FALSE(model.spec().preview_vae);
  const Checkpoint of_file = Checkpoint::open(box_model(), {.vae = golden() / "weights.safetensors"});
  EXPECT_EQ(of_file.spec().tiny_vae->decoder_channels, model.spec().tiny_vae->decoder_channels);
  EXPECT_EQ(of_file.part("vae").keys.size(), model.part("vae").keys.size());
}

TEST(VaeSource, ATinyOneForPreviewsStandsBesideTheModelsOwn) {
  const Checkpoint model = Checkpoint::open(box_model(), {.preview_vae = golden() / "weights.safetensors"});
  model.require_whole();
  EXPECT_TRUE(model.spec().preview_vae);
  EXPECT_FALSE(model.spec().tiny_vae);
  EXPECT_EQ(model.part("preview_vae").file->path(), golden() / "weights.safetensors");
  EXPECT_NE(model.part("vae").file->path(), golden() / "weights.safetensors");
  EXPECT_NE(
      message_of(Code::model_unsupported, [] { Checkpoint::open(box_model(), {.preview_vae = box_model() / "vae"}); })
          .find("whole autoencoder"),
      std::string::npos);
}

TEST(VaeSource, ATinyOneThatDoesNotFitTheModelIsRefused) {
  const TemporaryFolder folder;
  const auto refused = [&](const char* name, const TinyAutoencoderConfig& config) {
    const fs::path path = written(*listed(Names::original, false, config), folder / name);
    EXPECT_EQ(code_of([&] { Checkpoint::open(box_model(), {.preview_vae = path}); }), Code::model_unsupported);
    return message_of(Code::model_unsupported, [&] { Checkpoint::open(box_model(), {.vae = path}); });
  };
  TinyAutoencoderConfig wide = kSmall;
  wide.latent_channels = 16;
  EXPECT_NE(refused("wide.safetensors", wide).find("16 channels; this model's have 4"), std::string::npos);
}

// The original TAESD is two files, each a half.
fs::path written_half(TinyAutoencoderPart part, const fs::path& path, Names names = Names::original) {
  ListedTensors file;
  add(file, part, names);
  return written(file, path);
}

struct PairOfNames {
  const char* encoder;
  const char* decoder;
};
constexpr PairOfNames kPairs[] = {{"taesd_encoder.safetensors", "taesd_decoder.safetensors"},
                                  {"taesdxl_encoder.pth", "taesdxl_decoder.pth"},
                                  {"taesd_encoder.pth", "taesd_decoder.safetensors"},
                                  {"Tiny Encoder.safetensors", "Tiny Decoder.safetensors"},
                                  {"decoder of encoder.pt", "decoder of decoder.pt"}};

TEST(VaeSource, EitherHalfOfATinyOneFindsTheOtherBesideIt) {
  for (const Names names : {Names::original, Names::original_with_prefix, Names::diffusers}) {
    for (const PairOfNames& pair : kPairs) {
      const TemporaryFolder folder;
      const fs::path encoder = written_half(TinyAutoencoderPart::encoder, folder / pair.encoder, names);
      const fs::path decoder = written_half(TinyAutoencoderPart::decoder, folder / pair.decoder, names);
      for (const fs::path& given : {encoder, decoder}) {
        SCOPED_TRACE(given);
        const Checkpoint model = Checkpoint::open(box_model(), {.vae = given});
        model.require_whole();
        EXPECT_TRUE(model.spec().encodes_with_tiny_vae());
        EXPECT_EQ(model.spec().tiny_vae->encoder_channels, 6);
        EXPECT_EQ(model.spec().tiny_vae->decoder_channels, 8);
        EXPECT_EQ(model.part("vae").file->path(), given);
        const std::string other = (given == encoder ? decoder : encoder).filename().string();
        EXPECT_NE(model.decisions().back().find(other), std::string::npos) << model.decisions().back();
      }
    }
  }
}

TEST(VaeSource, BothHalvesHaveTheirOwnNumbers) {
  const TemporaryFolder folder;
  const SafetensorsFile both = SafetensorsFile::open(golden() / "weights.safetensors");
  const TinyAutoencoderConfig config =
      parse_tiny_autoencoder_config(JsonObject::read(golden() / "config.json", FileOf::model));
  for (const TinyAutoencoderPart part : {TinyAutoencoderPart::encoder, TinyAutoencoderPart::decoder}) {
    std::vector<TensorToWrite> tensors;
    for (const TinyAutoencoderTensor& tensor : tiny_autoencoder_tensors(config, part)) {
      const TensorEntry& entry = both.require(tensor.name);
      tensors.push_back({tensor.original_name, entry.dtype, entry.shape,
                         [&both, &entry](const ByteSink& sink) { sink(both.bytes(entry)); }});
    }
    write_safetensors(folder / (part == TinyAutoencoderPart::encoder ? "t_encoder.pth" : "t_decoder.pth"), tensors);
  }
  const Checkpoint model = Checkpoint::open(box_model(), {.vae = folder / "t_decoder.pth"});
  const nn::Parameters ours = parameters_of(model.part("vae"));
  for (const TensorEntry& entry : both.tensors()) {
    const Tensor expected = both.read_f32(entry.name);
    const Tensor found = ours.get(entry.name).load();
    EXPECT_TRUE(std::ranges::equal(found.values(), expected.values())) << entry.name;
  }
}

TEST(VaeSource, ALoneDecoderLeavesEncodingToTheModel) {
  const TemporaryFolder folder;
  const fs::path decoder = written_half(TinyAutoencoderPart::decoder, folder / "taesd_decoder.safetensors");
  folder.write("taesd_encoder.txt", "not one");
  const Checkpoint model = Checkpoint::open(box_model(), {.vae = decoder});
  model.require_whole();
  EXPECT_TRUE(model.spec().vae_encodes);
  EXPECT_FALSE(model.spec().encodes_with_tiny_vae());
  EXPECT_EQ(model.spec().encoder_part(), "own_vae");
  EXPECT_EQ(model.part("own_vae").file->path(), box_model() / "vae/diffusion_pytorch_model.safetensors");
  EXPECT_NE(model.decisions().back().find("model's own"), std::string::npos);
}

TEST(VaeSource, ALoneEncoderSaysWhatItsDecoderWouldBeCalled) {
  const TemporaryFolder folder;
  const fs::path encoder = written_half(TinyAutoencoderPart::encoder, folder / "taesdxl_encoder.pth");
  // What lies beside it under the name of the other half, and is the same one again, is of no use.
  written_half(TinyAutoencoderPart::encoder, folder / "taesdxl_decoder.pth");
  const std::string message =
      message_of(Code::model_part_missing, [&] { Checkpoint::open(box_model(), {.vae = encoder}); });
  EXPECT_NE(message.find("taesdxl_decoder.pth"), std::string::npos) << message;
}

TEST(VaeSource, AModelWithoutAnAutoencoderAndALoneDecoderOnlyMakesPicturesFromText) {
  const TemporaryFolder folder;
  const fs::path decoder = written_half(TinyAutoencoderPart::decoder, folder / "taesd_decoder.safetensors");
  const SafetensorsFile whole =
      SafetensorsFile::open(fs::path(REDRAW_SOURCE_DIR) / "tests/data/models/smallest-sd1.safetensors");
  ListedTensors file;
  for (const TensorEntry& entry : whole.tensors()) {
    if (!entry.name.starts_with("first_stage_model.")) file.add(entry.name, entry.shape, entry.dtype);
  }
  const Checkpoint model = Checkpoint::open(std::make_shared<ListedTensors>(file), {.vae = decoder});
  EXPECT_FALSE(model.spec().vae_encodes);
}

// The model's own autoencoder lies in the same file as the rest.
TEST(VaeSource, AReplacedAutoencoderIsNotCalledUnexpected) {
  const fs::path model = fs::path(REDRAW_SOURCE_DIR) / "tests/data/models/smallest-sd1.safetensors";
  const TemporaryFolder folder;
  const fs::path decoder = written_half(TinyAutoencoderPart::decoder, folder / "taesd_decoder.safetensors");
  for (const fs::path& vae : {golden() / "weights.safetensors", decoder}) {
    EXPECT_TRUE(tensors_without_place(Checkpoint::open(model, {.vae = vae})).empty()) << vae;
  }
}

TEST(VaeSource, AConfigurationThatTheWeightsDoNotBearOutIsRefused) {
  const TemporaryFolder folder;
  fs::copy_file(golden() / "config.json", folder / "config.json");
  fs::copy_file(box_model() / "vae/diffusion_pytorch_model.safetensors",
                folder / "diffusion_pytorch_model.safetensors");
  EXPECT_NE(message_of(Code::model_unsupported, [&] { open_vae(folder.path(), nullptr); }).find("config.json"),
            std::string::npos);
}

TEST(VaeSource, AModelIsNotConvertedWithATinyOne) {
  const TemporaryFolder folder;
  const Checkpoint model = Checkpoint::open(box_model(), {.vae = golden() / "weights.safetensors"});
  for (const Layout layout : {Layout::ldm, Layout::diffusers}) {
    message_of(Code::usage, [&] { convert(model, folder / "out", {.layout = layout}); });
    EXPECT_FALSE(fs::exists(folder / "out"));
  }
}

}  // namespace
}  // namespace redraw
