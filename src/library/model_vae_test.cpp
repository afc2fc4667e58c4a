// Models of the list that were given an autoencoder. Only what can be run gets into the list.
#include <SQLiteCpp/Database.h>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "checkpoint/convert.h"
#include "library/model_list_text.h"
#include "library/model_registry.h"
#include "library/model_scan.h"
#include "library/model_test_support.h"
#include "library/model_verify.h"
#include "library/registry_rebuild.h"
#include "library/resolve_model.h"
#include "request/model_defaults.h"
#include "support/error_of.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

struct GivenVaeTest : testing::Test {
  TemporaryFolder folder;
  fs::path root = folder / "root";
  ModelRegistry registry{root};

  std::vector<ScanLine> scan() {
    fs::create_directories(folder / "place");
    const fs::path places[] = {fs::canonical(folder / "place")};
    return scan_models(registry, places);
  }
  void add() {
    registry.add(write_without_vae(folder, "place/w.safetensors"), std::nullopt,
                 {.vae = write_vae(folder, "place/v.safetensors"), .prediction = "v_prediction"});
  }
  Verification verify() { return verify_model(registry, registry.require("w")); }
};

TEST_F(GivenVaeTest, AModelWithoutOneIsToldHowToBeAdded) {
  const fs::path model = write_without_vae(folder, "place/w.safetensors");
  message_of(Code::model_part_missing, [&] { registry.add(model, std::nullopt); });
  const std::vector<ScanLine> lines = scan();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].event, ScanEvent::skipped);
  EXPECT_NE(lines[0].text.find("`redraw models add " + model.string() + " --vae PATH`"), std::string::npos)
      << lines[0].text;
  // An autoencoder does not help a model that lacks more than that.
  write_tensors(folder, "place/w.safetensors", [](const std::string& name) { return name.starts_with("model."); });
  EXPECT_EQ(scan()[0].text.find("models add"), std::string::npos) << scan()[0].text;
}

// The folder, its configuration or its weights may be missing, or model_index.json may not list it.
TEST_F(GivenVaeTest, AFolderWithoutOneIsToldHowToBeAddedAndTakesIt) {
  const fs::path vae = link_tiny_model(folder / "whole");
  const auto lists_no_vae = [](const fs::path& model) {
    nlohmann::json index = JsonObject::read(model / "model_index.json", FileOf::model).raw();
    index.erase("vae");
    fs::remove(model / "model_index.json");
    std::ofstream(model / "model_index.json") << index;
  };
  const std::pair<const char*, std::function<void(const fs::path&)>> ways[] = {
      {"folder", [](const fs::path& model) { fs::remove_all(model / "vae"); }},
      {"config", [](const fs::path& model) { fs::remove(model / "vae/config.json"); }},
      {"weights", [](const fs::path& model) { fs::remove(model / "vae/diffusion_pytorch_model.safetensors"); }},
      {"unlisted", lists_no_vae}};
  for (const auto& [name, spoil] : ways) {
    SCOPED_TRACE(name);
    const fs::path model = link_tiny_model(folder / "place" / name);
    spoil(model);
    const std::string message =
        message_of(Code::model_part_missing, [&, path = model] { Checkpoint::open(path).require_whole(); });
    EXPECT_NE(message.find("give an autoencoder with --vae"), std::string::npos) << message;
    const std::vector<ScanLine> lines = scan();
    EXPECT_TRUE(std::ranges::any_of(lines, [&, path = model](const ScanLine& line) {
      return line.text.find("`redraw models add " + path.string() + " --vae PATH`") != std::string::npos;
    }));
    const CheckpointOptions options{.vae = vae};
    EXPECT_NO_THROW(Checkpoint::open(model, options).require_whole());
    EXPECT_EQ(Checkpoint::read_spec(model, options).vae, Checkpoint::open(vae).spec().vae);
    EXPECT_NO_THROW(registry.add(model, std::nullopt, options));
    fs::remove_all(model / "unet");
    EXPECT_EQ(
        message_of(Code::model_part_missing, [&, path = model] { Checkpoint::open(path, options); }).find("--vae"),
        std::string::npos);
    fs::remove_all(model);
  }
}

TEST_F(GivenVaeTest, IsKeptWithTheModelAndListed) {
  add();
  const RegisteredModel model = registry.require("w");
  EXPECT_EQ(model.vae.path, fs::canonical(folder / "place/v.safetensors"));
  EXPECT_EQ(model.vae.bytes, fs::file_size(model.vae.path));
  EXPECT_EQ(model.summary.prediction_type, "v_prediction");
  EXPECT_EQ(model.prediction, "v_prediction");
  EXPECT_EQ(state_of(model), ModelState::unchanged);
  EXPECT_EQ(model_of(json_of(model), "list"), model);
  EXPECT_EQ(read_registry_list(root / "models.json").models, std::vector<RegisteredModel>{model});
  const std::string text = model_text(listed_model(registry, "w"));
  EXPECT_NE(text.find("vae               " + model.vae.path.string() + "\n"), std::string::npos) << text;
  EXPECT_NE(text.find("prediction given  v_prediction\n"), std::string::npos) << text;
  EXPECT_TRUE(scan().empty()) << "nor is the autoencoder a model that is no model";
}

TEST_F(GivenVaeTest, IsWhatRunsTakeUnlessTheyAreGivenAnother) {
  add();
  const RegisteredModel model = registry.require("w");
  const CheckpointOptions kept{.vae = model.vae.path, .prediction = "v_prediction"};
  EXPECT_EQ(choose_model("w", {}, root).options, kept);
  EXPECT_EQ(choose_model("w", {}, root).path, model.path);
  EXPECT_EQ(choose_model("w", {.vae = "/other", .prediction = "epsilon"}, root).options,
            (CheckpointOptions{.vae = "/other", .prediction = "epsilon"}));
  EXPECT_EQ(choose_model(model.path.string(), {}, root).options, CheckpointOptions{}) << "a path is the path alone";
  registry.set_default("w");
  EXPECT_EQ(choose_model(std::nullopt, {}, root).options, kept);
  const Request request = with_model_path({.model = RequestModel{.model = "w"}}, root);
  EXPECT_EQ(request.model.model, model.path.string());
  EXPECT_EQ(request.model.vae, model.vae.path.string());
  EXPECT_EQ(request.model.prediction, "v_prediction");
  EXPECT_FALSE(request.model.model_config);
  fs::remove(model.vae.path);
  EXPECT_NE(message_of(Code::file_not_found, [&] { choose_model("w", {}, root); }).find(model.vae.path.string()),
            std::string::npos);
  EXPECT_NO_THROW(choose_model("w", {.vae = "/other"}, root));
}

TEST_F(GivenVaeTest, IsMissedFollowedAndVerified) {
  add();
  EXPECT_EQ(verify().state, VerifyState::recorded);
  EXPECT_EQ(verify().state, VerifyState::same);
  const RegisteredModel before = registry.require("w");
  EXPECT_EQ(before.vae.sha256.size(), 64U);
  const fs::path away = folder / "away.safetensors";
  fs::rename(before.vae.path, away);
  std::vector<ScanLine> lines = scan();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].event, ScanEvent::missing);
  EXPECT_NE(lines[0].text.find("autoencoder " + before.vae.path.string()), std::string::npos) << lines[0].text;
  EXPECT_EQ(verify().code, Code::file_not_found);
  EXPECT_NE(verify().text.find("autoencoder"), std::string::npos);
  const fs::path found = fs::canonical(folder / "place") / "renamed.safetensors";
  fs::rename(away, found);
  lines = scan();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].event, ScanEvent::moved);
  EXPECT_EQ(registry.require("w").vae.path, found);
  EXPECT_EQ(verify().state, VerifyState::same);
  write_vae(folder, "place/renamed.safetensors", 'b');
  EXPECT_EQ(state_of(registry.require("w")), ModelState::changed);
  EXPECT_EQ(verify().state, VerifyState::changed);
  EXPECT_NE(verify().text.find("autoencoder"), std::string::npos);
  EXPECT_EQ(registry.require("w").vae.sha256, before.vae.sha256) << "not accepted in silence";
}

TEST_F(GivenVaeTest, StaysWithAModelThatMoves) {
  add();
  fs::rename(folder / "place/w.safetensors", folder / "place/a.safetensors");
  std::vector<ScanLine> lines = scan();  // without a checksum another name is another model
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].event, ScanEvent::skipped) << lines[0].text;
  EXPECT_EQ(lines[1].event, ScanEvent::missing) << lines[1].text;
  fs::create_directories(folder / "place/new");
  fs::rename(folder / "place/a.safetensors", folder / "place/new/w.safetensors");
  lines = scan();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].event, ScanEvent::moved) << lines[0].text;
  EXPECT_EQ(registry.require("w").prediction, "v_prediction");
  EXPECT_EQ(state_of(registry.require("w")), ModelState::unchanged);
}

// If all events of a scan are moves: the names of the models, sorted.
std::vector<std::string> moved(const std::vector<ScanLine>& lines) {
  std::vector<std::string> names;
  for (const ScanLine& line : lines) {
    EXPECT_EQ(line.event, ScanEvent::moved) << line.text;
    names.push_back(line.name);
  }
  std::ranges::sort(names);
  return names;
}

TEST_F(GivenVaeTest, IsFollowedByAllModelsThatShareIt) {
  const fs::path vae = write_vae(folder, "place/v.safetensors");
  for (const char* name : {"a", "b", "c"}) {
    registry.add(write_without_vae(folder, fs::path("place") / (std::string(name) + ".safetensors")), std::nullopt,
                 {.vae = vae});
  }
  const fs::path first = vae.parent_path() / "1/v.safetensors";
  fs::create_directories(first.parent_path());
  fs::rename(vae, first);
  EXPECT_EQ(moved(scan()), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(scan().empty());

  // One has the old place and the others have the new one, as when an earlier version missed it.
  RegisteredModel model = registry.require("b");
  model.vae.path = vae;
  registry.change([&] { registry.update(model); });
  EXPECT_EQ(moved(scan()), std::vector<std::string>{"b"});

  for (const char* name : {"a", "b", "c"}) verify_model(registry, registry.require(name));
  const fs::path second = vae.parent_path() / "renamed.safetensors";
  fs::rename(first, second);
  EXPECT_EQ(moved(scan()), (std::vector<std::string>{"a", "b", "c"}));
  for (const char* name : {"a", "b", "c"}) EXPECT_EQ(registry.require(name).vae.path, second) << name;
  EXPECT_TRUE(scan().empty());
}

TEST_F(GivenVaeTest, OfAModelThatIsInTheListMovesWithIt) {
  const fs::path lender = write_weights(folder, "place/whole.safetensors");
  registry.add(write_without_vae(folder, "place/a.safetensors"), std::nullopt, {.vae = lender});
  registry.add(lender, std::nullopt);
  fs::create_directories(folder / "place/new");
  fs::rename(lender, folder / "place/new/whole.safetensors");
  EXPECT_EQ(moved(scan()), (std::vector<std::string>{"a", "whole"}));
  EXPECT_TRUE(scan().empty());
}

TEST_F(GivenVaeTest, IsFollowedWhereItIsAFolder) {
  const fs::path vae = folder / "place/vae";
  fs::create_directories(folder / "place/new");
  fs::copy(tiny_model() / "vae", vae);
  registry.add(write_without_vae(folder, "place/w.safetensors"), std::nullopt, {.vae = vae});
  EXPECT_TRUE(scan().empty()) << "nor is the file in it a model";
  const fs::path first = fs::canonical(folder / "place/new") / "vae";
  fs::rename(vae, first);
  EXPECT_EQ(moved(scan()), std::vector<std::string>{"w"});
  EXPECT_EQ(registry.require("w").vae.path, first);
  EXPECT_TRUE(scan().empty());
  // Its checksum finds it also under another name, and as part of a model.
  verify();
  const fs::path other = fs::canonical(folder / "place") / "sd-vae";
  fs::rename(first, other);
  EXPECT_EQ(moved(scan()), std::vector<std::string>{"w"});
  EXPECT_EQ(registry.require("w").vae.path, other);
  fs::remove_all(other);
  const fs::path whole = link_tiny_model(folder / "place/whole");
  const std::vector<ScanLine> lines = scan();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].event, ScanEvent::moved) << lines[0].text;
  EXPECT_EQ(lines[1].event, ScanEvent::added) << lines[1].text;
  EXPECT_EQ(registry.require("w").vae.path, whole / "vae");
}

TEST(GivenVae, ComesBackWithARebuild) {
  const TemporaryFolder folder;
  const fs::path root = folder / "root";
  RegisteredModel before;
  {
    ModelRegistry registry(root);  // a rebuild waits for its lock
    registry.add(write_without_vae(folder, "w.safetensors"), std::nullopt, {.vae = write_vae(folder, "v.safetensors")});
    verify_model(registry, registry.require("w"));
    before = registry.require("w");
  }
  EXPECT_EQ(before.vae.sha256.size(), 64U);
  fs::remove(root / "models.sqlite");
  rebuild_registry(root);
  EXPECT_EQ(ModelRegistry(root).require("w"), before);
}

// A model that a run would refuse to open does not get into the list.
TEST_F(GivenVaeTest, OnlyWhatCanBeRunIsListed) {
  const std::string tensor = "model.diffusion_model.out.2.bias";
  const fs::path file = write_tensors(folder, "f.safetensors", [&](const std::string& name) { return name != tensor; });
  EXPECT_NE(message_of(Code::tensor_missing, [&] { registry.add(file, std::nullopt); }).find(tensor),
            std::string::npos);
  const auto refuses = [&](Code code, const fs::path& damaged, const std::string& text) {
    const fs::path model = link_tiny_model(folder / "place" / damaged.filename());
    fs::remove(model / damaged);
    if (!text.empty()) folder.write(model / damaged, text);
    const fs::path named = damaged.has_parent_path() ? damaged.parent_path() : damaged;
    EXPECT_NE(message_of(code, [&] { registry.add(model, std::nullopt); }).find(named.string()), std::string::npos);
    const std::vector<ScanLine> lines = scan();
    EXPECT_TRUE(std::ranges::all_of(lines, [](const ScanLine& l) { return l.event == ScanEvent::skipped; }));
  };
  refuses(Code::tokenizer_malformed, "tokenizer/merges.txt", "#version: 0.2\nx\n");
  refuses(Code::out_of_range, "redraw.json", "{\"steps\": 0}");
  EXPECT_FALSE(fs::exists(root));
}

TEST_F(GivenVaeTest, DefaultsAreThoseOfTheFileThatIsOpen) {
  const fs::path model = link_tiny_model(folder / "model");
  folder.write("model/redraw.json", R"({"steps": 12})");
  const fs::path file = folder / "one.safetensors";
  convert(Checkpoint::open(model), file, {.layout = Layout::ldm, .vocabulary = {}});
  const Checkpoint open = Checkpoint::open(file);
  fs::remove(file);
  folder.write("one.safetensors", "another file");
  EXPECT_EQ(std::get<int64_t>(read_model_defaults(open).at("steps")), 12);
  EXPECT_EQ(std::get<int64_t>(read_model_defaults(Checkpoint::open(model)).at("steps")), 12);
}

TEST_F(GivenVaeTest, InfoSaysWhyAModelOfTheListCannotBeRunNow) {
  const fs::path model = link_tiny_model(folder / "tiny");
  registry.add(model, std::nullopt);
  EXPECT_EQ(listed_model(registry, "tiny").fault, "");
  fs::remove(model / "tokenizer/merges.txt");
  EXPECT_NE(listed_model(registry, "tiny").fault.find("merges.txt"), std::string::npos);
  EXPECT_EQ(verify_model(registry, registry.require("tiny")).state, VerifyState::damaged);
}

// redraw's commit eeb56a7 made tests/data/registry/version-1.
struct FirstVersionTest : testing::Test {
  TemporaryFolder folder;
  fs::path root = folder / "root";

  void SetUp() override {
    fs::copy(fs::path(REDRAW_SOURCE_DIR) / "tests/data/registry/version-1", root, fs::copy_options::recursive);
  }
  int version() const {
    return SQLite::Database((root / "models.sqlite").string()).execAndGet("PRAGMA user_version").getInt();
  }
  static void expect_all(const RegistryList& list) {
    ASSERT_EQ(list.models.size(), 3U);
    EXPECT_EQ(list.models[0].name, "First_Model");
    EXPECT_EQ(list.models[1].name, "my-OWN.name");
    EXPECT_EQ(list.models[1].path, "/tmp/fixture-v1/m/v1.5.safetensors");
    EXPECT_EQ(list.models[1].sha256, "6f7771775a5ae1828af08184f0f6c866ab135d88140f241e6ae627b73bc7a4f3");
    EXPECT_EQ(list.models[1].added, "2026-11-28T16:12:58Z");
    EXPECT_EQ(list.models[1].summary.bytes, 157854U);
    EXPECT_EQ(list.models[1].vae, RegisteredVae{});
    EXPECT_EQ(list.models[2].name, "second-model");
    EXPECT_EQ(list.places, std::vector<fs::path>{"/tmp/fixture-v1/place"});
    EXPECT_EQ(list.default_name, "my-OWN.name");
  }
};

TEST_F(FirstVersionTest, IsReadAsItIs) {
  const ModelRegistry registry(root);
  expect_all(registry.list());
  EXPECT_EQ(registry.require("MY-own.NAME").name, "my-OWN.name");
  EXPECT_TRUE(registry.find_path("/tmp/fixture-v1/m/First_Model.safetensors"));
  EXPECT_EQ(version(), 1);
}

TEST_F(FirstVersionTest, IsBroughtOverByTheFirstChange) {
  ModelRegistry registry(root);
  const RegistryList before = registry.list();
  registry.add_place("/somewhere");
  EXPECT_EQ(version(), 2);
  registry.change([&] { EXPECT_EQ(registry.models(), before.models); });
  const std::string taken =
      message_of(Code::model_name_taken, [&] { registry.add(write_weights(folder, "w.safetensors"), "first_MODEL"); });
  EXPECT_NE(taken.find("first_MODEL-2"), std::string::npos) << taken;
  registry.add(write_without_vae(folder, "o.safetensors"), "größe", {.vae = write_vae(folder, "v.safetensors")});
  registry.remove("second-model");
  const ModelRegistry again(root);
  EXPECT_EQ(again.models().size(), 3U);
  EXPECT_EQ(again.require("GRÖSSE").vae.path, fs::canonical(folder / "v.safetensors"));
  EXPECT_EQ(again.require("my-own.name"), before.models[1]);
  EXPECT_EQ(again.default_name(), before.default_name);
  EXPECT_EQ(read_registry_list(root / "models.json").models, again.models());
}

TEST_F(FirstVersionTest, AChangeThatFailsLeavesItAsItIs) {
  ModelRegistry registry(root);
  message_of(Code::model_unknown, [&] { registry.change([&] { registry.require("x"); }); });
  EXPECT_EQ(version(), 1);
  expect_all(ModelRegistry(root).list());
}

TEST_F(FirstVersionTest, IsRebuiltFromEither) {
  const auto missing = [&] { return rebuild_registry(root); };
  missing();
  EXPECT_EQ(version(), 2);
  expect_all(ModelRegistry(root).list());
  fs::remove_all(root);
  SetUp();
  fs::remove(root / "models.sqlite");
  missing();
  expect_all(ModelRegistry(root).list());
  fs::remove_all(root);
  SetUp();
  fs::remove(root / "models.json");
  missing();
  expect_all(ModelRegistry(root).list());
}

}  // namespace
}  // namespace redraw
