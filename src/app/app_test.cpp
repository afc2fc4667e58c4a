#include <cerrno>
#include <cmath>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "app/fields.h"
#include "app/output_folder.h"
#include "app/settings.h"
#include "base/error.h"
#include "redraw/engine.h"
#include "support/error_of.h"
#include "support/safetensors_bytes.h"
#include "support/temporary_folder.h"

namespace redraw {
namespace {

TEST(Fields, EveryFieldReadsBackWhatItPrints) {
  for (const Field& field : request_fields()) {
    EXPECT_EQ(&find_field(field.name), &field) << field.name << " stands twice";
    EXPECT_FALSE(field.help.empty()) << field.name;
    EXPECT_FALSE(field.since.empty()) << field.name;
    if (field.fallback.empty()) continue;
    const FieldValue value = parse_field(field, field.fallback);
    EXPECT_EQ(field_text(value), field.fallback);
    Request request;
    set_field(request, field, value);
    EXPECT_EQ(get_field(request, field), value);
  }
}

TEST(Fields, NumbersAreRefusedWithTheirRange) {
  const Field& strength = find_field("strength");
  for (const char* text : {"0", "-0.5", "1.5", "inf", "1e999"}) {
    EXPECT_NE(message_of(Code::out_of_range, [&] { parse_field(strength, text); }).find("above 0, at most 1"),
              std::string::npos)
        << text;
  }
  for (const char* text : {"nan", "", "x", "0.5x", " 0.5", "0,5"}) {
    message_of(Code::not_a_number, [&] { parse_field(strength, text); });
  }
  EXPECT_EQ(std::get<double>(parse_field(strength, "1")), 1.0);
  message_of(Code::out_of_range, [] { parse_field(find_field("steps"), "0"); });
  message_of(Code::not_a_number, [] { parse_field(find_field("steps"), "2.5"); });
  message_of(Code::out_of_range, [] { check_field(find_field("strength"), FieldValue(1.0000001)); });
  message_of(Code::not_a_number, [] { check_field(find_field("strength"), FieldValue(std::nan(""))); });
}

TEST(Fields, SeedsHaveAllOf64BitsExactly) {
  for (const char* name : {"seed", "variation_seed"}) {
    const Field& field = find_field(name);
    EXPECT_EQ(field_range(field), "0 to 18446744073709551615");
    for (const uint64_t seed : {uint64_t{0}, uint64_t{4294967296}, uint64_t{9007199254740993}, UINT64_MAX}) {
      const FieldValue value = parse_field(field, std::to_string(seed));
      EXPECT_EQ(std::get<uint64_t>(value), seed);
      EXPECT_EQ(field_text(value), std::to_string(seed));
      EXPECT_EQ(std::get<uint64_t>(check_field(field, value)), seed);
    }
    EXPECT_EQ(std::get<uint64_t>(check_field(field, FieldValue(int64_t{7}))), 7u);
    for (const char* text : {"18446744073709551616", "99999999999999999999"}) {
      const std::string message = message_of(Code::out_of_range, [&] { parse_field(field, text); });
      EXPECT_NE(message.find("0 to 18446744073709551615"), std::string::npos) << message;
      EXPECT_EQ(message.find("leave"), std::string::npos) << message;
    }
    for (const char* text : {"-1", "-99999999999999999999"}) {
      EXPECT_NE(message_of(Code::out_of_range, [&] { parse_field(field, text); }).find("leave it out"),
                std::string::npos);
    }
    message_of(Code::out_of_range, [&] { check_field(field, FieldValue(int64_t{-1})); });
    for (const char* text : {"", "-", "1.5", "1e3", "0x10", "+1", "--1"}) {
      message_of(Code::not_a_number, [&] { parse_field(field, text); });
    }
    message_of(Code::usage, [&] { check_field(field, FieldValue(1.0)); });
  }
}

// What the help prints is what is taken: at the edges, and not beyond. Every door reads by parse_field or check_field.
TEST(Fields, TheRangeThatIsPrintedIsTheRangeThatIsTaken) {
  std::vector<const Field*> fields = {&threads_field()};
  for (const Field& field : request_fields()) fields.push_back(&field);
  int checked = 0;
  for (const Field* field : fields) {
    const bool is_integer = field->type == FieldType::integer || field->type == FieldType::side;
    if (!is_integer && field->type != FieldType::number) continue;
    SCOPED_TRACE(field->name);
    ++checked;
    const std::string range = field_range(*field);
    const auto text = [&](double value) {
      return is_integer ? std::to_string(static_cast<int64_t>(value)) : field_text(FieldValue(value));
    };
    const double beyond = is_integer ? 1 : 1e-9;
    const auto takes = [&](double value) {
      const FieldValue read = parse_field(*field, text(value));
      EXPECT_EQ(check_field(*field, read), read);
    };
    const auto refuses = [&](double value) {
      EXPECT_NE(message_of(Code::out_of_range, [&] { parse_field(*field, text(value)); }).find(range),
                std::string::npos);
      const FieldValue number = is_integer ? FieldValue(static_cast<int64_t>(value)) : FieldValue(value);
      EXPECT_NE(message_of(Code::out_of_range, [&] { check_field(*field, number); }).find(range), std::string::npos);
    };
    for (const double edge : {field->minimum, field->maximum}) EXPECT_NE(range.find(text(edge)), std::string::npos);
    field->excludes_minimum ? refuses(field->minimum) : takes(field->minimum);
    field->excludes_maximum ? refuses(field->maximum) : takes(field->maximum);
    refuses(field->minimum - beyond);
    refuses(field->maximum + beyond);
    EXPECT_EQ(range.find("above") != std::string::npos, field->excludes_minimum);
    EXPECT_EQ(range.find("below") != std::string::npos, field->excludes_maximum);
  }
  EXPECT_GT(checked, 20);
}

TEST(Fields, SidesAreRefusedWithTheNearestOnes) {
  for (const char* name : {"width", "height"}) {
    const Field& field = find_field(name);
    EXPECT_EQ(message_of(Code::bad_size, [&] { parse_field(field, "500"); }),
              std::string(name) + " is 500, but must be a multiple of 8, 64 to 8192; the nearest are 496 and 504");
    EXPECT_EQ(message_of(Code::out_of_range, [&] { check_field(field, FieldValue(int64_t{8200})); }),
              std::string(name) + " is 8200, but must be a multiple of 8, 64 to 8192; the nearest is 8192");
    message_of(Code::out_of_range, [&] { parse_field(field, "9223372036854775807"); });
    message_of(Code::out_of_range, [&] { parse_field(field, "-8"); });
  }
}

TEST(Fields, UnknownNamesSuggestTheNearest) {
  EXPECT_NE(message_of(Code::unknown_field, [] { find_field("stength"); }).find("'strength'"), std::string::npos);
  EXPECT_NE(message_of(Code::unknown_name, [] { parse_field(find_field("sampler"), "eular"); }).find("'euler'"),
            std::string::npos);
}

TEST(Settings, TheOrderIsRequestModelProgram) {
  const TemporaryFolder folder;
  folder.write("redraw.json", R"({"cfg_scale": 4, "steps": 12})");
  const ModelDefaults model = read_model_defaults(folder.path());
  Request request;
  request.steps = 7;
  const Settings settings = resolve(request, model);
  EXPECT_EQ(settings.values.steps, 7);
  EXPECT_EQ(settings.origin("steps"), Origin::request);
  EXPECT_EQ(settings.values.cfg_scale, 4.0);
  EXPECT_EQ(settings.origin("cfg_scale"), Origin::model);
  EXPECT_EQ(settings.values.strength, 0.75);
  EXPECT_EQ(settings.origin("strength"), Origin::program);
  EXPECT_FALSE(settings.values.seed) << "an open seed is drawn later";
}

TEST(Settings, ASingleFilesDefaultsAreInItsMetadata) {
  const TemporaryFolder folder;
  const auto file = [&](const std::string& defaults) {
    return folder.write("m.safetensors",
                        safetensors_bytes(R"({"__metadata__":{"redraw.defaults":")" + defaults +
                                              R"("},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}})",
                                          ""));
  };
  EXPECT_EQ(std::get<int64_t>(read_model_defaults(file(R"({\"steps\": 12})")).at("steps")), 12);
  EXPECT_NE(message_of(Code::model_unsupported, [&] { read_model_defaults(file(R"({\"prompt\": \"x\"})")); })
                .find("m.safetensors"),
            std::string::npos);
  EXPECT_EQ(code_of([&] { read_model_defaults(file("nonsense")); }), Code::json_malformed);
}

TEST(Settings, AModelMayNotSetEverythingAndItsMistakesNameTheFile) {
  const TemporaryFolder folder;
  folder.write("redraw.json", R"({"prompt": "fire"})");
  EXPECT_NE(message_of(Code::model_unsupported, [&] { read_model_defaults(folder.path()); }).find("redraw.json"),
            std::string::npos);
  folder.write("redraw.json", R"({"cgf_scale": 4})");
  EXPECT_NE(message_of(Code::unknown_field, [&] { read_model_defaults(folder.path()); }).find("'cfg_scale'"),
            std::string::npos);
  folder.write("redraw.json", R"({"steps": 0})");
  message_of(Code::out_of_range, [&] { read_model_defaults(folder.path()); });
  folder.write("redraw.json", R"({"steps": "many"})");
  message_of(Code::usage, [&] { read_model_defaults(folder.path()); });
}

TEST(Settings, StrengthNeedsAPicture) {
  Request request;
  request.strength = 0.5;
  message_of(Code::usage, [&] { resolve(request, {}); });
}

std::vector<std::byte> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()),
          reinterpret_cast<const std::byte*>(text.data()) + text.size()};
}

std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

TEST(OutputFolder, CountsOnFromTheHighestAndNeverOverwrites) {
  const TemporaryFolder temporary;
  temporary.write("out/000041.7.png", "old");
  temporary.write("out/note.txt", "x");
  OutputFolder folder(temporary / "out");
  const auto bytes = bytes_of("new");
  const OutputFile files[] = {{.tag = "", .bytes = bytes}, {.tag = "steps", .bytes = bytes}};
  const auto paths = folder.save(7, files);
  EXPECT_EQ(paths[0].filename(), "000042.7.png");
  EXPECT_EQ(paths[1].filename(), "000042.7.steps.png");
  EXPECT_EQ(names_in(temporary / "out"),
            (std::set<std::string>{"000041.7.png", "000042.7.png", "000042.7.steps.png", "note.txt"}));
}

TEST(OutputFolder, ManyWritersGetACounterEach) {
  const TemporaryFolder temporary;
  constexpr int kWriters = 8, kEach = 20;
  std::vector<std::thread> writers;
  writers.reserve(kWriters);
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      OutputFolder folder(temporary.path());
      const auto bytes = bytes_of("picture");
      const OutputFile file{.tag = "", .bytes = bytes};
      for (int i = 0; i < kEach; ++i) folder.save(static_cast<uint64_t>(w), {&file, 1});
    });
  }
  for (std::thread& writer : writers) writer.join();
  std::set<std::string> counters;
  for (const std::string& name : names_in(temporary.path())) counters.insert(name.substr(0, 6));
  EXPECT_EQ(counters.size(), static_cast<size_t>(kWriters * kEach));
  EXPECT_EQ(*counters.rbegin(), "000160");
}

TEST(OutputFolder, AFullDiskAtAnyWriteLeavesNothingBehind) {
  const auto bytes = bytes_of(std::string(1000, 'x'));
  const OutputFile files[] = {{.tag = "", .bytes = bytes}, {.tag = "steps", .bytes = bytes}};
  for (int fail_at = 0; fail_at < 4; ++fail_at) {
    const TemporaryFolder temporary;
    int calls = 0;
    OutputFolder folder(temporary.path(), [&](int descriptor, const void* data, size_t count) -> int64_t {
      if (calls++ == fail_at) {
        errno = ENOSPC;
        return -1;
      }
      return ::write(descriptor, data, std::min<size_t>(count, 500));  // short writes, as a filling disk makes
    });
    EXPECT_NE(message_of(Code::disk_full, [&] { folder.save(1, files); }).find("make room"), std::string::npos);
    EXPECT_TRUE(names_in(temporary.path()).empty()) << "failing write " << fail_at;
  }
}

TEST(OutputFolder, AFolderThatCannotBeMadeIsRefusedBeforeAnythingRuns) {
  const TemporaryFolder temporary;
  temporary.write("file", "x");
  message_of(Code::output_not_writable, [&] { OutputFolder folder(temporary / "file/out"); });
}

Request small_request() {
  return {.prompt = "fire",
          .init = std::string(REDRAW_SOURCE_DIR) + "/examples/fire-drawing.png",
          .strength = 0.5,
          .steps = 4,
          .seed = 3,
          .model = std::string(REDRAW_SOURCE_DIR) + "/models/emoji-128"};
}

TEST(Engine, EqualRequestsGiveEqualBytes) {
  Engine engine(2);
  const Result first = engine.run(small_request());
  const Result again = engine.run(small_request());
  EXPECT_EQ(first.png, again.png);
  Engine other(2);
  EXPECT_EQ(first.png, other.run(small_request()).png);
  Request different = small_request();
  different.seed = 4;
  EXPECT_NE(first.rgb, engine.run(different).rgb);
}

TEST(Engine, StatesThePlanAndWritesItIntoTheMetadata) {
  Engine engine(2);
  std::vector<std::string> lines;
  std::vector<double> timesteps;
  const Result result =
      engine.run(small_request(), {.on_line = [&](const std::string& line) { lines.push_back(line); },
                                   .on_step = [&](const Step& step) { timesteps.push_back(step.timestep); }});
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], "picture kept at 128x128");
  EXPECT_TRUE(lines[1].starts_with("strength 0.5 x 4 steps: running 2 of 4, from t=251, sigma=")) << lines[1];
  EXPECT_EQ(lines[2],
            "hint: 2 steps are few; steps 40 would run 20 at this strength, exact_steps all that are asked for");
  EXPECT_EQ(timesteps, (std::vector<double>{251, 1}));
  const nlohmann::json metadata = nlohmann::json::parse(result.metadata);
  EXPECT_EQ(metadata["plan"]["steps_run"], 2);
  EXPECT_EQ(metadata["plan"]["line"], lines[1]);
  EXPECT_EQ(metadata["request"]["cfg_scale"], 4.0);
  EXPECT_EQ(metadata["origins"]["cfg_scale"], "model");
  EXPECT_EQ(metadata["request"]["init"], "fire-drawing.png");
  EXPECT_EQ(result.steps_run, 2);
}

TEST(Engine, CancellingEndsTheRunWithinAStep) {
  Engine engine(2);
  Request request = small_request();
  request.steps = 40;
  int64_t steps = 0;
  const Result result = engine.run(request, {.on_line = {}, .on_step = [&](const Step& step) {
                                               steps = step.index + 1;
                                               if (steps == 2) engine.cancel();
                                             }});
  EXPECT_TRUE(result.cancelled);
  EXPECT_EQ(result.steps_run, 2);
  EXPECT_TRUE(result.png.empty());
}

TEST(Engine, MakesTheStripAndTheIntermediatesThatWereAskedFor) {
  Engine engine(2);
  Request request = small_request();
  request.step_strip = true;
  request.save_intermediates = 2;
  const Result result = engine.run(request);
  ASSERT_EQ(result.extras.size(), 2u);
  EXPECT_EQ(result.extras[0].tag, "step-02");
  EXPECT_EQ(result.extras[1].tag, "steps");
  const Result plain = engine.run(small_request());
  EXPECT_EQ(plain.rgb, result.rgb) << "looking on changes nothing";
}

TEST(Engine, ATinyAutoencoderForPreviewsChangesThemAndNotThePicture) {
  const std::string tiny = std::string(REDRAW_SOURCE_DIR) + "/tests/golden/taesd/weights.safetensors";
  Engine engine(2);
  Request request = small_request();
  request.step_strip = true;
  request.save_intermediates = 1;
  const Result plain = engine.run(request);
  request.preview_vae = tiny;
  const Result looked_on = engine.run(request);
  EXPECT_EQ(looked_on.rgb, plain.rgb);
  ASSERT_EQ(looked_on.extras.size(), 3u);
  for (size_t i = 0; i < 3; ++i) EXPECT_NE(looked_on.extras[i].png, plain.extras[i].png) << looked_on.extras[i].tag;
  request.vae = tiny;
  EXPECT_NE(engine.run(request).rgb, plain.rgb);
  request.vae_sample = true;
  EXPECT_NE(message_of(Code::usage, [&] { engine.run(request); }).find("vae_sample"), std::string::npos);
}

TEST(Engine, ThePictureTellsNamesAndNeverPlaces) {
  const TemporaryFolder folder;
  const std::string source = REDRAW_SOURCE_DIR;
  for (const char* file : {"config.json", "diffusion_pytorch_model.safetensors"}) {
    std::filesystem::create_directories(folder / "some autoencoder");
    std::filesystem::copy_file(source + "/models/emoji-128/vae/" + file, folder / "some autoencoder" / file);
  }
  Engine engine(2);
  Request request = small_request();
  request.vae = (folder / "some autoencoder").string() + "/";
  request.preview_vae = source + "/tests/golden/taesd/weights.safetensors";
  request.init_color = source + "/examples/tree-drawing.png";
  const Result result = engine.run(request);
  const nlohmann::json fields = nlohmann::json::parse(result.metadata)["request"];
  EXPECT_EQ(fields["init"], "fire-drawing.png");
  EXPECT_EQ(fields["init_color"], "tree-drawing.png");
  EXPECT_EQ(fields["vae"], "some autoencoder");
  EXPECT_EQ(fields["preview_vae"], "weights.safetensors");
  for (const std::string& place : {source, folder.path().string()}) {
    EXPECT_EQ(result.metadata.find(place), std::string::npos) << result.metadata;
  }
}

TEST(Engine, ADrawnSeedIsReportedAndReproduces) {
  Engine engine(2);
  Request request = small_request();
  request.seed.reset();
  const Result drawn = engine.run(request);
  request.seed = drawn.seed;
  EXPECT_EQ(engine.run(request).rgb, drawn.rgb);
}

std::vector<Result> each_of(Engine& engine, const Request& request) {
  std::vector<Result> results;
  engine.run_each(request, {}, [&](Result result) { results.push_back(std::move(result)); });
  return results;
}

TEST(Engine, ASeedBeyond32BitsIsTorchs) {
  Engine engine(2);
  const auto run = [&](uint64_t seed, const char* noise) {
    Request request = small_request();
    request.seed = seed;
    request.noise = noise;
    return engine.run(request);
  };
  constexpr uint64_t kSeed = 112358132141;
  const Result result = run(kSeed, "torch-cpu");
  EXPECT_EQ(result.seed, kSeed);
  EXPECT_EQ(result.rgb, run(kSeed & 0xFFFFFFFFu, "torch-cpu").rgb) << "torch's mt19937 is seeded with the low 32 bits";
  EXPECT_NE(run(kSeed, "torch-cuda").rgb, run(kSeed & 0xFFFFFFFFu, "torch-cuda").rgb) << "Philox with all 64";
  const Result last = run(UINT64_MAX, "torch-cpu");
  EXPECT_NE(last.metadata.find("\"seed\":18446744073709551615"), std::string::npos) << last.metadata;
}

TEST(Engine, SeveralImagesAreThoseOfOneSeedAfterTheOther) {
  Engine engine(2);
  Request request = small_request();
  request.images = 3;
  request.seed = 18446744073709551614u;
  const std::vector<Result> results = each_of(engine, request);
  ASSERT_EQ(results.size(), 3u);
  request.images.reset();
  for (size_t i = 0; i < 3; ++i) {
    const uint64_t seeds[] = {18446744073709551614u, 18446744073709551615u, 0};
    request.seed = seeds[i];
    EXPECT_EQ(results[i].png, engine.run(request).png) << "metadata and all, as if it had been asked for alone";
  }
  request.images = 2;
  EXPECT_NE(message_of(Code::usage, [&] { engine.run(request); }).find("run_each"), std::string::npos);
}

TEST(Engine, VariationsKeepTheSeedAndAreWrittenAsTheyAreAskedForAgain) {
  Engine engine(2);
  Request request = small_request();
  request.variation_amount = 0.2;
  request.variation_seed = 11;
  request.images = 2;
  const std::vector<Result> results = each_of(engine, request);
  ASSERT_EQ(results.size(), 2u);
  EXPECT_NE(results[0].rgb, results[1].rgb);
  EXPECT_NE(results[0].rgb, engine.run(small_request()).rgb);
  Request again = small_request();
  again.with_variations = "12:0.2";
  EXPECT_EQ(engine.run(again).rgb, results[1].rgb);
  EXPECT_EQ(nlohmann::json::parse(results[1].metadata)["request"]["with_variations"], "12:0.2");
  again.with_variations = "12:0";
  EXPECT_EQ(engine.run(again).rgb, engine.run(small_request()).rgb) << "no weight, no change";
  again.seed.reset();
  message_of(Code::usage, [&] { engine.run(again); });
}

// Each effect changes the picture in text to image and in image to image, whatever the sampler: InvokeAI's were without
// effect in half of them.
TEST(Engine, EveryEffectShowsInEverySamplerAndBothWays) {
  struct Effect {
    const char* name;
    void (*ask)(Request& request);
  };
  const std::string green = std::string(REDRAW_SOURCE_DIR) + "/examples/tree-drawing.png";
  const Effect effects[] = {
      {"variation", [](Request& r) { r.with_variations = "9:0.3"; }},
      {"perlin", [](Request& r) { r.perlin = 0.3; }},
      {"threshold", [](Request& r) { r.threshold = 0.8; }},
      {"h symmetry", [](Request& r) { r.h_symmetry_time_pct = 0.5; }},
      {"v symmetry", [](Request& r) { r.v_symmetry_time_pct = 0.5; }},
      {"seamless", [](Request& r) { r.seamless_axes = "x"; }},
      {"cfg rescale", [](Request& r) { r.cfg_rescale = 0.7; }},
      {"guidance interval", [](Request& r) { r.guidance_start = 0.3; }},
  };
  Engine engine(2);
  for (const char* sampler : {"ddim", "k_lms", "heun", "dpmpp_sde"}) {
    for (bool has_picture : {false, true}) {
      Request plain = small_request();
      plain.sampler = sampler;
      plain.width = plain.height = 64;
      if (!has_picture) {
        plain.init.clear();
        plain.strength.reset();
      }
      const Result without = engine.run(plain);
      for (const Effect& effect : effects) {
        Request request = plain;
        effect.ask(request);
        EXPECT_NE(engine.run(request).rgb, without.rgb) << effect.name << ", " << sampler << ", " << has_picture;
      }
    }
  }
  Request coloured = small_request();
  coloured.init_color = green;
  EXPECT_NE(engine.run(coloured).rgb, engine.run(small_request()).rgb);
}

TEST(Engine, StepsOutsideTheGuidanceIntervalSkipTheUnconditionalHalf) {
  Engine engine(2);
  Request request = small_request();
  request.init.clear();
  request.strength.reset();
  request.steps = 10;
  EXPECT_EQ(engine.run(request).network_rows, 20);
  request.guidance_start = 0.2;
  request.guidance_end = 0.5;
  EXPECT_EQ(engine.run(request).network_rows, 13);
  request.guidance_start.reset();
  request.guidance_end.reset();
  request.cfg_scales = "7,7,1,1,1,1,1,1,0,0";
  EXPECT_EQ(engine.run(request).network_rows, 12);
  request.cfg_scales = "7,7";
  EXPECT_EQ(message_of(Code::out_of_range, [&] { engine.run(request); }),
            "cfg_scales has 2 entries, but 10 steps are run; give one for each");
  request.cfg_scales = "4,4,4,4,4,4,4,4,4,4";
  const Result listed = engine.run(request);
  request.cfg_scales.reset();
  EXPECT_EQ(listed.rgb, engine.run(request).rgb);
}

TEST(Engine, TheHighResolutionFixRunsTwoPasses) {
  Engine engine(2);
  Request request = small_request();
  request.init.clear();
  request.strength.reset();
  request.width = 192;
  request.height = 128;
  request.hires_fix = true;
  request.hires_strength = 0.5;
  int64_t steps = 0;
  const Result result = engine.run(request, {.on_line = {}, .on_step = [&](const Step& step) {
                                               EXPECT_EQ(step.index, steps++);
                                               EXPECT_EQ(step.count, 6);
                                             }});
  EXPECT_EQ(result.steps_run, 6);  // 4 of the first pass, int(4 * 0.5) of the second
  EXPECT_EQ(result.width, 192);
  request.width = 128;
  message_of(Code::usage, [&] { engine.run(request); });
}

TEST(Engine, StepNoiseComesFromWhereItIsAskedFor) {
  Engine engine(2);
  Request request = small_request();
  request.sampler = "euler_a";
  const Result continued = engine.run(request);
  request.step_noise = "own";
  EXPECT_NE(engine.run(request).rgb, continued.rgb);
  request.sampler = "k_dpmpp_2m_sde";
  request.step_noise.reset();
  const Result drawn = engine.run(request);
  request.step_noise = "brownian";
  EXPECT_NE(engine.run(request).rgb, drawn.rgb);
  request.step_noise = "owl";
  EXPECT_NE(message_of(Code::unknown_name, [&] { engine.run(request); }).find("'own'"), std::string::npos);
}

TEST(Engine, RefusesFieldsThatMeanNothingTogether) {
  Engine engine(2);
  const auto refused = [&](void (*ask)(Request&)) {
    Request request = small_request();
    ask(request);
    return message_of(Code::usage, [&] { engine.run(request); });
  };
  refused([](Request& r) { r.denoising_start = 0.5; });
  refused([](Request& r) { r.variation_seed = 3; });
  refused([](Request& r) { r.hires_strength = 0.5; });
  refused([](Request& r) { r.hires_fix = true; });
  refused([](Request& r) {
    r.sampler = "euler_k";
    r.schedule = "exponential";
  });
  refused([](Request& r) {
    r.sigmas = "3,1,0";
    r.schedule = "karras";
  });
}

TEST(Engine, SizesThatAreNoMultiplesOf8AreRefusedWithTheNearest) {
  Engine engine(2);
  Request request = small_request();
  request.init.clear();
  request.strength.reset();
  request.width = 100;
  request.height = 128;
  EXPECT_NE(message_of(Code::bad_size, [&] { engine.run(request); }).find("the nearest are 96 and 104"),
            std::string::npos);
}

}  // namespace
}  // namespace redraw
