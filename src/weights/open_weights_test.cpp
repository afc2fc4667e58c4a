// open_weights tells formats apart by their first bytes, and says what else a file is.
#include <gtest/gtest.h>

#include "base/error.h"
#include "support/error_of.h"
#include "support/gguf_bytes.h"
#include "support/safetensors_bytes.h"
#include "support/temporary_folder.h"
#include "weights/weights_file.h"

namespace redraw {
namespace {

using namespace std::string_literals;

std::string one_tensor(const std::string& name, const std::string& dtype = "U8") {
  return safetensors_bytes("{\"" + name + R"(":{"dtype":")" + dtype + R"(","shape":[1],"data_offsets":[0,1]}})", "x");
}

TEST(OpenWeights, TellsTheFormatByTheFirstBytesAndNotByTheName) {
  const TemporaryFolder folder;
  const std::string gguf = GgufBytes().tensor("g", {1}, 0, 0).zeros(4).bytes();
  EXPECT_EQ(open_weights(folder.write("a.gguf", gguf))->format(), "GGUF");
  EXPECT_EQ(open_weights(folder.write("a.safetensors", gguf))->format(), "GGUF");
  EXPECT_EQ(open_weights(folder.write("b.gguf", one_tensor("s")))->format(), "safetensors");
  EXPECT_EQ(open_weights(folder.write("b.index.json", one_tensor("s")))->format(), "safetensors");
  const std::string index = R"(  {"weight_map": {"s": "b.gguf", "g": "a.gguf"}})";
  for (const char* name : {"x.index.json", "model.safetensors.index.json", "m.bin.index.json", "m.index.fp16.json"}) {
    const auto sharded = open_weights(folder.write(name, index));
    EXPECT_EQ(sharded->tensors().size(), 2u) << name;
    EXPECT_EQ(sharded->path(), folder / name);
  }
}

TEST(OpenWeights, SaysWhatAFileIsThatIsNoneOfThem) {
  struct Row {
    std::string bytes;
    std::string what;
  };
  const std::string rest(100, 'x');
  const Row table[] = {
      {"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 4\n", "Git LFS pointer: run 'git lfs pull'"},
      {"<!DOCTYPE html><html></html>", "web page: fetch the file again"},
      {"\r\n\t<html>" + rest, "web page: fetch the file again"},
      {"\x89PNG\r\n\x1a\n" + rest, "a picture (PNG)"},
      {"\xFF\xD8\xFF\xE0" + rest, "a picture (JPEG)"},
      {"RIFF1234WEBP" + rest, "a picture (WebP)"},
      {"\x08\x07\x12\x07pytorch" + rest, "an ONNX model"},
      {"\x89HDF\r\n\x1a\n" + rest, "HDF5"},
      {"\x1C\0\0\0TFL3"s + rest, "TensorFlow Lite"},
      {"lmgg" + rest, "before GGUF"},
      {"\x1F\x8B\x08\x08" + rest, "gzip"},
      {"7z\xBC\xAF\x27\x1C" + rest, "7-Zip"},
      {"%PDF-1.7" + rest, "PDF"},
      {R"({"_class_name": "UNet2DConditionModel"})", "JSON file: give the weights, or the index"},
  };
  const TemporaryFolder folder;
  for (const Row& row : table) {
    const auto path = folder.write("model.safetensors", row.bytes);
    const std::string message = message_of(Code::model_unsupported, [&] { open_weights(path); });
    EXPECT_TRUE(message.starts_with(path.string() + ": is no weights file that redraw reads; it ")) << message;
    EXPECT_NE(message.find(row.what), std::string::npos) << message;
  }
  // A pointer instead of the index, too.
  const auto index = folder.write("m.index.json", table[0].bytes);
  EXPECT_NE(message_of(Code::model_unsupported, [&] { open_weights(index); }).find("LFS"), std::string::npos);
}

TEST(OpenWeights, AnythingElseIsJudgedAsSafetensors) {
  const TemporaryFolder folder;
  EXPECT_EQ(code_of([&] { open_weights(folder.write("f", "")); }), Code::safetensors_too_short);
  EXPECT_EQ(code_of([&] { open_weights(folder.write("f", "weights, weights")); }), Code::safetensors_header_too_large);
  EXPECT_EQ(code_of([&] { open_weights(folder / "nothing"); }), Code::file_not_found);
  // A header of 60 bytes begins as a web page does.
  const std::string header = "{}" + std::string('<' - 2, ' ');
  EXPECT_TRUE(open_weights(folder.write("f", safetensors_bytes(header, "")))->tensors().empty());
}

TEST(OpenWeights, RefusesWeightsThatNeedFactors) {
  const TemporaryFolder folder;
  for (const std::string name :
       {"scaled_fp8", "model.diffusion_model.scaled_fp8", "a.b.scale_weight", "a.weight_scale", "a.comfy_quant"}) {
    const auto path = folder.write("f.safetensors", one_tensor(name, "F8_E4M3"));
    EXPECT_EQ(message_of(Code::model_unsupported, [&] { open_weights(path); }),
              path.string() + ": its weights are scaled (tensor '" + name +
                  "'), which redraw does not undo; take the model in F16, BF16, plain 8-bit floats or GGUF");
    folder.write("m.index.json", "{\"weight_map\": {\"" + name + "\": \"f.safetensors\"}}");
    EXPECT_EQ(code_of([&] { open_weights(folder / "m.index.json"); }), Code::model_unsupported) << "in a shard";
  }
  for (const std::string name : {"scale_weights", "a.scaled_fp8.weight", "weight", "a.weight"}) {
    EXPECT_NO_THROW(open_weights(folder.write("f.safetensors", one_tensor(name, "F8_E4M3")))) << name;
  }
}

}  // namespace
}  // namespace redraw
