#include "checkpoint/standard_tokenizer.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/input_file.h"
#include "base/json.h"
#include "support/error_of.h"
#include "support/temporary_folder.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

fs::path tiny(const std::string& name) {
  return fs::path(REDRAW_BINARY_DIR).parent_path() / "checkpoints" / name;
}

fs::path vocabulary() {
  return fs::path(REDRAW_BINARY_DIR).parent_path() / "clip-vocabulary";
}

TEST(StandardTokenizer, ThoseOfTheTinyModelsAreClips) {
  for (const char* name : {"tiny-sd15", "tiny-sd21", "tiny-sdxl", "tiny-sd15.safetensors"}) {
    EXPECT_NO_THROW(require_standard_tokenizers(Checkpoint::open(tiny(name)), vocabulary())) << name;
  }
}

TEST(StandardTokenizer, WithoutTheVocabularyNothingIsCompared) {
  EXPECT_EQ(code_of([] { require_standard_tokenizers(Checkpoint::open(tiny("tiny-sd15")), "nowhere"); }),
            Code::file_not_found);
}

struct Change {
  const char* what;  ///< words of the message
  std::function<void(const fs::path& tokenizer)> make;
};

void change_json(const fs::path& path, const std::function<void(json&)>& change) {
  json value = JsonObject::read(path, FileOf::model).raw();
  change(value);
  std::ofstream(path) << value.dump();
}

TEST(StandardTokenizer, AnyOtherIsRefusedByName) {
  const Change changes[] = {
      {"49409 tokens",
       [](const fs::path& folder) { change_json(folder / "vocab.json", [](json& v) { v["myword</w>"] = 49408; }); }},
      {"fills prompts up",
       [](const fs::path& folder) {
         change_json(folder / "special_tokens_map.json", [](json& v) { v["pad_token"] = "!"; });
       }},
      {"cut at 64",
       [](const fs::path& folder) {
         change_json(folder / "tokenizer_config.json", [](json& v) { v["model_max_length"] = 64; });
       }},
      {"words are others", [](const fs::path& folder) {
         change_json(folder / "vocab.json", [](json& v) { std::swap(v["fire</w>"], v["water</w>"]); });
       }}};
  for (const Change& change : changes) {
    SCOPED_TRACE(change.what);
    const TemporaryFolder folder;
    fs::create_directory(folder / "m");
    for (const auto& entry : fs::directory_iterator(tiny("tiny-sd15"))) {
      const fs::path copy = folder / "m" / entry.path().filename();
      const bool is_tokenizer = entry.path().filename() == "tokenizer";
      is_tokenizer ? fs::copy(entry.path(), copy) : fs::create_symlink(entry.path(), copy);
    }
    change.make(folder / "m/tokenizer");
    const std::string message = message_of(
        Code::model_unsupported, [&] { require_standard_tokenizers(Checkpoint::open(folder / "m"), vocabulary()); });
    EXPECT_NE(message.find(change.what), std::string::npos) << message;
    EXPECT_NE(message.find("m/tokenizer"), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace redraw
