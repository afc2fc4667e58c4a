#include "checkpoint/part_source.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <set>

#include "checkpoint/checkpoint.h"
#include "checkpoint/listed_tensors.h"
#include "models/unet.h"
#include "support/error_of.h"

namespace redraw {
namespace {

std::filesystem::path tiny_model(const std::string& name) {
  return std::filesystem::path(REDRAW_BINARY_DIR).parent_path() / "checkpoints" / name;
}

class TinyArchitecture : public ::testing::TestWithParam<const char*> {
 protected:
  Checkpoint folder() const { return Checkpoint::open(tiny_model(GetParam())); }
  Checkpoint file() const {
    return Checkpoint::open(tiny_model(std::string(GetParam()) + ".safetensors"), {.configs = tiny_model(GetParam())});
  }
};

TEST_P(TinyArchitecture, BothLayoutsGiveTheSameParameters) {
  const Checkpoint a = folder();
  const Checkpoint b = file();
  ASSERT_EQ(a.parts().size(), b.parts().size());
  for (const PartSource& part : a.parts()) {
    const nn::Parameters ours = parameters_of(part);
    const nn::Parameters theirs = parameters_of(b.part(part.name));
    for (const KeyRow& row : part.keys) {
      if (row.is_optional) continue;
      const Tensor x = ours.get(row.name).load();
      const Tensor y = theirs.get(row.name).load();
      ASSERT_EQ(x.shape(), y.shape()) << row.name;
      ASSERT_TRUE(std::equal(x.values().begin(), x.values().end(), y.values().begin())) << row.name;
    }
  }
}

// The tables hold what the networks ask for, and nothing else.
TEST_P(TinyArchitecture, TheTablesAreWhatTheNetworksAskFor) {
  const Context context(1);
  const auto backend = make_cpu_backend(context);
  const Checkpoint checkpoint = folder();
  const ModelSpec& spec = checkpoint.spec();
  for (const PartSource& part : checkpoint.parts()) {
    std::set<std::string> asked;
    const nn::Parameters known = parameters_of(part);
    const nn::Parameters recording([&](const std::string& name) {
      Weight weight = known.find(name);
      if (weight) asked.insert(name);
      return weight;
    });
    if (part.name == "unet") {
      const UNet built(*backend, recording, spec.unet);
    } else if (part.name == "vae") {
      const VaeEncoder encoder(*backend, recording, spec.vae);
      const VaeDecoder decoder(*backend, recording, spec.vae);
    } else {
      const auto& config = part.name == "text_encoder" ? spec.text_encoder : spec.text_encoder_2;
      const ClipTextModel built(*backend, recording, *config);
    }
    std::set<std::string> listed;
    for (const KeyRow& row : part.keys) {
      if (!row.is_optional) listed.insert(row.name);
    }
    EXPECT_EQ(asked, listed) << part.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Models, TinyArchitecture, ::testing::Values("tiny-sd15", "tiny-sd21", "tiny-sdxl"),
                         [](const auto& info) { return std::string(info.param).substr(5); });

PartSource listed(const std::shared_ptr<ListedTensors>& file, const std::vector<KeyRow>& keys) {
  return {.name = "vae", .file = file, .layout = Layout::ldm, .prefix = "first_stage_model.", .keys = keys};
}

std::vector<KeyRow> small_vae() {
  VaeConfig config;
  config.block_out_channels = {32, 64};
  return vae_keys(config);
}

TEST(PartSource, EveryTensorThatIsDroppedRenamedOrReshapedIsNamed) {
  const std::vector<KeyRow> keys = small_vae();
  for (const KeyRow& row : keys) {
    const std::string name = "first_stage_model." + row.ldm_name;
    const auto dropped = std::make_shared<ListedTensors>();
    dropped->add("first_stage_model.", keys);
    dropped->remove(name);
    EXPECT_NE(message_of(Code::tensor_missing, [&] { require_whole(listed(dropped, keys)); }).find(name),
              std::string::npos);
    dropped->add(name + "_", row.ldm_shape);
    EXPECT_EQ(code_of([&] { require_whole(listed(dropped, keys)); }), Code::tensor_missing);

    std::vector<int64_t> extents(row.ldm_shape.extents().begin(), row.ldm_shape.extents().end());
    ++extents.front();
    const auto reshaped = std::make_shared<ListedTensors>();
    reshaped->add(name, Shape(extents));
    reshaped->add("first_stage_model.", keys);
    const std::string message = message_of(Code::tensor_wrong_shape, [&] { require_whole(listed(reshaped, keys)); });
    EXPECT_NE(message.find(name + " has " + Shape(extents).to_string()), std::string::npos) << message;
    EXPECT_NE(message.find("expected " + row.ldm_shape.to_string()), std::string::npos) << message;
  }
}

TEST(PartSource, TenNamesAreListedAndHowManyMore) {
  const std::vector<KeyRow> keys = small_vae();
  const auto nothing = std::make_shared<ListedTensors>();
  const std::string message = message_of(Code::tensor_missing, [&] { require_whole(listed(nothing, keys)); });
  EXPECT_NE(message.find(std::to_string(keys.size() - 10) + " more"), std::string::npos) << message;
}

TEST(PartSource, IntegersAreNoWeights) {
  const std::vector<KeyRow> keys = small_vae();
  const auto file = std::make_shared<ListedTensors>();
  file->add("first_stage_model." + keys.front().ldm_name, keys.front().ldm_shape, DType::i32);
  file->add("first_stage_model.", keys);
  EXPECT_EQ(code_of([&] { require_whole(listed(file, keys)); }), Code::tensor_wrong_dtype);
}

TEST(PartSource, TheTextEncodersOldNamesAreKnown) {
  const ClipTextConfig config{.hidden_size = 64, .intermediate_size = 128, .num_hidden_layers = 1};
  const std::vector<KeyRow> keys = clip_keys(config);
  const auto file = std::make_shared<ListedTensors>();
  for (const KeyRow& row : keys) file->add(row.name.substr(std::string("text_model.").size()), row.shape);
  EXPECT_TRUE(check_part({.name = "text_encoder", .file = file, .keys = keys}).is_whole());
}

}  // namespace
}  // namespace redraw
