// open_weights tells formats apart by their first bytes, and says what else a file is.
#include "weights/open_weights.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "support/error_of.h"
#include "support/gguf_bytes.h"
#include "support/safetensors_bytes.h"
#include "support/temporary_folder.h"

namespace redraw {
namespace {

using namespace std::string_literals;

std::string one_tensor(const std::string& name, const std::string& dtype = "U8") {
  return safetensors_bytes("{\"" + name + R"(":{"dtype":")" + dtype + R"(","shape":[1],"data_offsets":[0,1]}})", "x");
}

/// The beginning of an archive: the header before its first entry.
std::string zip_of(const std::string& name) {
  return "PK\3\4" + std::string(22, '\0') + static_cast<char>(name.size()) + std::string(3, '\0') + name;
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
      {R"(["a", "b"])", "JSON file: give the weights, or the index"},
      {R"({"error":"Unauthorized","message":"The creator requires you to be logged in"})",
       "a server answered in place of the file: 'Unauthorized', 'The creator requires you to be logged in'; see"},
      {"\n{\"detail\": \"Not Found\"}", "in place of the file: 'Not Found'"},
      {R"({"error": {"code": 404, "message": "gone\u001b[2J"}})", "in place of the file: 404, 'gone?[2J'"},
      {R"({"errors": [{"message": "one"}, {"message": "two"}], "success": false})", "of the file: 'one', 'two'; "},
      {R"({"message": ")" + std::string(1000, 'm') + "\"}", "mmm...'; see"},
      {R"(<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>)",
       "in place of the file: 'AccessDenied', 'Access Denied'"},
      {zip_of("pictures/A.PNG") + rest, "ZIP archive of pictures: give the weights here"},
      {zip_of("arr_0.npy") + rest, "NumPy arrays (.npz)"},
      {zip_of("sd/model.safetensors") + rest, "unpack it first"},
      {zip_of("model.weights.h5") + rest, "Keras"},
      {"PK\5\6" + std::string(18, '\0'), "empty ZIP"},
      {"Rar!\x1A\7\0"s + rest, "RAR"},
      {"\xFD"
       "7zXZ\0"s +
           rest,
       "xz"},
      {"\x1F\x8B\x08\0\0\0\0\0"s + rest, "gzip"},
      {"\x93NUMPY\1\0"s + rest, "NumPy (.npy)"},
      {"\0\0\0\x20"
       "ftypisom"s +
           rest,
       "film"},
  };
  const TemporaryFolder folder;
  for (const Row& row : table) {
    const auto path = folder.write("model.safetensors", row.bytes);
    const std::string message = message_of(Code::model_unsupported, [&] { open_weights(path); });
    EXPECT_TRUE(message.starts_with(path.string() + ": is not a weights file that redraw reads; it ")) << message;
    EXPECT_NE(message.find(row.what), std::string::npos) << message;
  }
  // A pointer instead of the index, too.
  const auto index = folder.write("m.index.json", table[0].bytes);
  EXPECT_NE(message_of(Code::model_unsupported, [&] { open_weights(index); }).find("LFS"), std::string::npos);
}

TEST(OpenWeights, GuessesWhatOnlyNoWeightsCanBe) {
  const TemporaryFolder folder;
  const auto said = [&](Code code, std::string_view bytes) {
    return message_of(code, [&] { open_weights(folder.write("m.safetensors", bytes)); });
  };
  EXPECT_NE(said(Code::safetensors_too_short, "").find("; it is empty; the download did not start"), std::string::npos);
  EXPECT_NE(said(Code::safetensors_header_not_object, std::string(100'000, '\0'))
                .find("it begins with zeros; the download was interrupted"),
            std::string::npos);
  EXPECT_NE(said(Code::safetensors_header_too_large, "Invalid username or password.\nTry again.\n")
                .find("; it looks like a text ('Invalid username or password.'): give the weights"),
            std::string::npos);
  EXPECT_EQ(said(Code::safetensors_header_truncated, length_bytes(1000) + "{\"a\":").find("text"), std::string::npos)
      << "a cut file is a cut file";
}

TEST(OpenWeights, SaysOfWhatIsNotWholeThatItsDownloadIsNotFinished) {
  const TemporaryFolder folder;
  const std::string cut = one_tensor("a").substr(0, 20);
  for (const char* name :
       {"m.safetensors.part", "m.safetensors.crdownload", "Unconfirmed 123.crdownload", "m.INCOMPLETE"}) {
    EXPECT_NE(message_of([&] { open_weights(folder.write(name, cut)); }).find("; by its name it is a download"),
              std::string::npos)
        << name;
    EXPECT_NO_THROW(open_weights(folder.write(name, one_tensor("a")))) << "whole all the same";
  }
  folder.write("m.safetensors.aria2", "x");
  EXPECT_NE(
      message_of([&] { open_weights(folder.write("m.safetensors", cut)); }).find("m.safetensors.aria2 lies beside"),
      std::string::npos);
  EXPECT_EQ(message_of([&] { open_weights(folder.write("n.safetensors", cut)); }).find("finish"), std::string::npos);
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
