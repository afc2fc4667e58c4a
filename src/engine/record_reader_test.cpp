#include "engine/record_reader.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <zlib.h>

#include "image/encode.h"
#include "image/png_chunks.h"
#include "support/error_of.h"
#include "support/temporary_folder.h"

namespace redraw {
namespace {

nlohmann::json good_record() {
  return nlohmann::json::parse(R"({
    "program": "redraw", "version": "0.1.0", "model": "emoji-128", "family": "Stable Diffusion 1",
    "files": {"model": {"name": "emoji-128", "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
              "init": {"name": "fire.png"}},
    "request": {"prompt": "fire", "init": "fire.png", "seed": 18446744073709551615, "strength": 0.5, "steps": 20,
                "sampler": "ddim", "with_variations": [{"seed": 3, "weight": 0.1}], "seamless": false},
    "plan": {"steps": 20, "sampler": "ddim", "first_sigma": 2.5}})");
}

std::vector<std::byte> small_png(const PngText& text) {
  return encode_png({8, 8, std::vector<uint8_t>(8 * 8 * 3, 128)}, text);
}

std::string refused(const std::string& json) {
  return message_of(Code::record_malformed, [&] { parse_record(json, "a.png"); });
}

std::string refused_with(const std::string& pointer, const nlohmann::json& value) {
  nlohmann::json record = good_record();
  record[nlohmann::json::json_pointer(pointer)] = value;
  return refused(record.dump());
}

TEST(RecordReader, ReadsFieldsFilesAndPlan) {
  const Record record = parse_record(good_record().dump(), "a.png");
  EXPECT_EQ(record.model, "emoji-128");
  EXPECT_EQ(record.files.at("model").sha256, std::string(64, 'a'));
  EXPECT_EQ(record.files.at("init").sha256, "");
  EXPECT_EQ(record.request.prompt, "fire");
  EXPECT_EQ(record.request.noise.seed, 18446744073709551615u);
  EXPECT_EQ(record.request.noise.with_variations, (std::vector<SeedWeight>{{.seed = 3, .weight = 0.1}}));
  EXPECT_FALSE(record.request.inputs.init.has_value()) << "a record opens no file";
  EXPECT_EQ(record.fields.front(), (std::pair<std::string, std::string>("init", "fire.png")));
  EXPECT_EQ(record.plan.size(), 3u);
}

TEST(RecordReader, RefusesWhatRedrawDoesNotWrite) {
  for (const char* text :
       {"", "{", "[]", "3", "null", "\"redraw\"", "{}", "{\"program\": \"redraw\"}", "NaN", "\xFF"}) {
    refused(text);
  }
  EXPECT_NE(refused_with("/request/wings", 2).find("'wings' is not known"), std::string::npos);
  EXPECT_NE(refused_with("/later", 2).find("'later' is not known"), std::string::npos);
  EXPECT_NE(refused_with("/files/threads", {{"name", "x"}}).find("'threads'"), std::string::npos);
  EXPECT_NE(refused_with("/files/init/place", "x").find("'place'"), std::string::npos);
  refused_with("/program", "another");
  refused_with("/program", 3);
  refused_with("/request", 3);
  refused_with("/request", {{"seed", 1}});
  refused_with("/plan", {1, 2});
  refused_with("/plan/steps", {1, 2});
  refused_with("/files", "x");
  refused_with("/files/init", "x");
  refused_with("/files/init/sha256", "abc");
  refused_with("/files/init/sha256", std::string(64, 'A'));
  refused_with("/request/model", "emoji-128");
  EXPECT_NE(refused_with("/request/strength", 7).find("strength is 7"), std::string::npos);
  refused_with("/request/strength", "x");
  refused_with("/request/strength", nullptr);
  refused_with("/request/strength", nlohmann::json::object());
  refused_with("/request/strength", {0.5});
  refused_with("/request/seed", -1);
  refused_with("/request/seed", 1e300);
  refused_with("/request/steps", 0.5);
  refused_with("/request/sampler", "no such sampler");
  refused_with("/request/seamless", "perhaps");
  refused_with("/request/with_variations", {{{"seed", 1}}});
  refused_with("/request/prompt", 3);
}

TEST(RecordReader, RefusesNamesThatAreNoNames) {
  const std::string names[] = {"/etc/passwd",          "../x.png", "a/b",     "..",   ".",
                               std::string("a\0b", 3), "a\nb",     "\x1B[2J", "\x7F", std::string(300, 'x')};
  for (const std::string& name : names) {
    for (const char* where : {"/files/init/name", "/files/model/name", "/request/init", "/request/vae"}) {
      EXPECT_NE(refused_with(where, name).find("no plain file name"), std::string::npos) << where;
    }
  }
}

TEST(RecordReader, RefusesAKeyThatStandsThereTwice) {
  std::string text = good_record().dump();
  text.insert(text.find("\"seed\":1"), "\"seed\":5,");
  EXPECT_NE(refused(text).find("'seed' stands there twice"), std::string::npos);
  EXPECT_NE(refused(R"({"program":"redraw","program":"redraw"})").find("twice"), std::string::npos);
}

TEST(RecordReader, RefusesDeepNestingAndHugeNumbersAtOnce) {
  const std::string open(400'000, '[');
  EXPECT_NE(refused("{\"plan\":" + open).find("8 levels"), std::string::npos);
  refused("{\"plan\":" + open + std::string(open.size(), ']') + "}");
  std::string text = good_record().dump();
  text.replace(text.find("0.5"), 3, "1e999");
  refused(text);
  text = good_record().dump();
  text.replace(text.find("0.5"), 3, std::string(300'000, '9'));
  refused(text);
}

TEST(RecordReader, FindsTheRecordInAnyKindOfTextChunk) {
  const std::string json = good_record().dump();
  EXPECT_EQ(read_record(small_png({{"Title", "x"}, {"redraw", json}}), "a.png").text, json);
  nlohmann::json umlaut = good_record();
  umlaut["request"]["prompt"] = "Feuer für Gäste";  // an iTXt
  EXPECT_EQ(read_record(small_png({{"redraw", umlaut.dump()}}), "a.png").request.prompt, "Feuer für Gäste");
  uLongf size = compressBound(json.size());
  std::string packed(size, '\0');
  ASSERT_EQ(compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(json.data()),
                     json.size()),
            Z_OK);
  const std::string data = std::string("redraw\0\0", 8) + packed.substr(0, size);
  std::vector<std::byte> png = small_png({});
  std::vector<std::byte> chunk;
  append_png_chunk(chunk, "zTXt", std::as_bytes(std::span(data)));
  png.insert(png.end() - 12, chunk.begin(), chunk.end());  // after the pixels
  EXPECT_EQ(read_record(png, "a.png").text, json);
}

TEST(RecordReader, SaysThatThereIsNoneOrMoreThanOne) {
  message_of(Code::record_missing, [] { read_record(small_png({{"Title", "x"}}), "a.png"); });
  const std::string json = good_record().dump();
  EXPECT_NE(message_of(Code::record_malformed,
                       [&] {
                         read_record(small_png({{"redraw", json}, {"redraw", json}}), "a.png");
                       })
                .find("2 of them"),
            std::string::npos);
}

TEST(RecordReader, FilesThatAreNoPicturesAreRefused) {
  const TemporaryFolder folder;
  message_of(Code::file_not_found, [&] { read_record_file(folder / "none.png"); });
  message_of(Code::not_a_file, [&] { read_record_file(folder.path()); });
  message_of(Code::image_not_recognised, [&] { read_record_file(folder.write("text.png", "text")); });
  message_of(Code::image_not_recognised, [&] { read_record_file(folder.write("empty.png", "")); });
  const std::vector<std::byte> png = small_png({{"redraw", good_record().dump()}});
  const std::string_view bytes(reinterpret_cast<const char*>(png.data()), png.size());
  for (size_t size = 8; size < bytes.size(); size += 29) {
    message_of(Code::image_truncated, [&] { read_record_file(folder.write("half.png", bytes.substr(0, size))); });
  }
  std::string damaged(bytes);
  damaged[damaged.find("fire")] = 'F';
  message_of(Code::image_damaged, [&] { read_record_file(folder.write("damaged.png", damaged)); });
}

// Its pixels are a hole, and no picture.
TEST(RecordReader, ReadsTheRecordOfAFileOf300MBWhateverItsPixelsAre) {
  const TemporaryFolder folder;
  const std::vector<std::byte> png = small_png({{"redraw", good_record().dump()}});
  std::string start(reinterpret_cast<const char*>(png.data()), png.size() - 12);
  const std::string end(reinterpret_cast<const char*>(png.data()) + png.size() - 12, 12);
  constexpr uint32_t kHole = 300'000'000;
  for (int shift = 24; shift >= 0; shift -= 8) start += static_cast<char>(kHole >> shift & 0xFF);
  start += "IDAT";
  const std::filesystem::path path = folder.write("large.png", start);
  std::filesystem::resize_file(path, start.size() + kHole + 4);
  std::ofstream(path, std::ios::app | std::ios::binary) << end;
  EXPECT_EQ(read_record_file(path).request.prompt, "fire");
}

TEST(RecordReader, ReadsRecordsOfEarlierVersions) {
  const std::filesystem::path folder = std::filesystem::path(REDRAW_SOURCE_DIR) / "tests/data/records";
  const Record first = read_record_file(folder / "first.png");
  EXPECT_EQ(first.request.noise.seed, 1592514025u);
  EXPECT_EQ(first.files.at("init").name, "fire-drawing.png");
  EXPECT_EQ(first.files.at("init").sha256, "");
  EXPECT_FALSE(first.request.output.step_strip.has_value()) << "how it was run is not what it is";
  const Record lists = read_record_file(folder / "lists-as-text.png");
  EXPECT_EQ(lists.request.noise.with_variations, (std::vector<SeedWeight>{{.seed = 9, .weight = 0.2}}));
  EXPECT_EQ(lists.request.effects.seamless_axes, (std::vector<std::string>{"x"}));
}

}  // namespace
}  // namespace redraw
