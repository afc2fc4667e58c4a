#include "weights/shards/sharded_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.h"
#include "support/error_of.h"
#include "support/gguf_bytes.h"
#include "support/safetensors_bytes.h"
#include "support/temporary_folder.h"
#include "weights/open_weights.h"
#include "weights/safetensors/safetensors.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

// F32 tensors of one element, named and valued alike.
std::string shard(const std::vector<std::pair<std::string, float>>& tensors) {
  std::string header = "{";
  std::string data;
  for (const auto& [name, value] : tensors) {
    if (!data.empty()) header += ",";
    header.append("\"" + name + R"(":{"dtype":"F32","shape":[1],"data_offsets":[)" + std::to_string(data.size()) + ",");
    data += number_bytes(value);
    header.append(std::to_string(data.size()) + "]}");
  }
  return safetensors_bytes(header + "}", data);
}

constexpr const char* kIndex =
    R"({"metadata": {"total_size": 12, "format": "pt"},
        "weight_map": {"c": "m-00002-of-00002.safetensors", "a": "m-00001-of-00002.safetensors",
                       "b": "m-00002-of-00002.safetensors"}})";

void write_model(const TemporaryFolder& folder, const fs::path& in = "") {
  folder.write(in / "m-00001-of-00002.safetensors", shard({{"a", 1}}));
  folder.write(in / "m-00002-of-00002.safetensors", shard({{"b", 2}, {"c", 3}}));
  folder.write(in / "m.safetensors.index.json", kIndex);
}

std::string disagreement(const fs::path& index) {
  return message_of(Code::index_disagrees, [&] { open_weights(index); });
}

TEST(ShardedFile, ReadsTheTensorsOfAllFilesAsOne) {
  const TemporaryFolder folder;
  write_model(folder);
  const auto file = open_weights(folder / "m.safetensors.index.json");
  EXPECT_EQ(file->format(), "safetensors in 2 files");
  EXPECT_EQ(file->path(), folder / "m.safetensors.index.json");
  EXPECT_EQ(file->metadata(), (std::map<std::string, std::string>{{"format", "pt"}}));
  ASSERT_EQ(file->tensors().size(), 3u);
  float expected = 1;
  for (const TensorEntry& entry : file->tensors()) {
    EXPECT_EQ(file->read_f32(entry.name).values()[0], expected++) << entry.name;
    const TensorEntry copy = entry;
    std::vector<std::byte> last(1);
    file->read_bytes(copy, 3, last);
    EXPECT_EQ(code_of([&] { file->read_bytes(copy, 4, last); }), Code::internal);
  }
}

TEST(ShardedFile, OpensAModelInHuggingFacesCacheWhereEveryFileIsALink) {
  const TemporaryFolder folder;
  write_model(folder, "blobs");
  const fs::path part = folder / "snapshots/1234/unet";
  fs::create_directories(part);
  for (const char* name :
       {"m-00001-of-00002.safetensors", "m-00002-of-00002.safetensors", "m.safetensors.index.json"}) {
    // Blobs have the names of their hashes.
    const std::string hash = "sha" + std::to_string(std::hash<std::string>()(name));
    fs::rename(folder / "blobs" / name, folder / "blobs" / hash);
    fs::create_symlink("../../../blobs/" + hash, part / name);
  }
  EXPECT_EQ(open_weights(part / "m.safetensors.index.json")->read_f32("c").values()[0], 3.0f);
}

TEST(ShardedFile, OpensAnIndexInTheCurrentFolder) {
  const TemporaryFolder folder;
  write_model(folder);
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  EXPECT_NO_THROW(open_weights("m.safetensors.index.json"));
  fs::current_path(before);
}

TEST(ShardedFile, NamesWhatTheIndexAndTheFilesDisagreeAbout) {
  const TemporaryFolder folder;
  write_model(folder);
  const fs::path index = folder / "m.safetensors.index.json";
  const std::string start = index.string() + ": the index and its files disagree about ";
  const std::string end = "; fetch the model again";

  folder.write("m-00001-of-00002.safetensors", shard({{"a", 1}, {"x", 1}}));
  EXPECT_EQ(disagreement(index),
            start + "1 tensor: 'x' is in 'm-00001-of-00002.safetensors' and not in the index" + end);
  folder.write("m-00001-of-00002.safetensors", shard({}));
  EXPECT_EQ(disagreement(index), start + "1 tensor: 'a' is not in 'm-00001-of-00002.safetensors'" + end);
  folder.write("m-00001-of-00002.safetensors", shard({{"a", 1}, {"b", 1}}));
  EXPECT_EQ(disagreement(index), start +
                                     "1 tensor: 'b' is in 'm-00001-of-00002.safetensors', by the index in "
                                     "'m-00002-of-00002.safetensors'" +
                                     end);
  std::vector<std::pair<std::string, float>> many;
  many.reserve(12);
  for (int i = 0; i < 12; ++i) many.emplace_back("n" + std::to_string(i), 1);
  folder.write("m-00001-of-00002.safetensors", shard(many));
  const std::string message = disagreement(index);
  EXPECT_TRUE(message.starts_with(start + "13 tensors: 'n0' is in")) << message;
  EXPECT_EQ(message.find("'n8'"), std::string::npos) << "the first ten by name: n0, n1, n10, n11, n2 ... n7";
  EXPECT_NE(message.find("'n7'"), std::string::npos);
  EXPECT_NE(message.find("; ...; fetch"), std::string::npos);
}

TEST(ShardedFile, RefusesShardsThatAreMissingOrNoFilesOrIndexesThemselves) {
  const TemporaryFolder folder;
  const auto index_of = [&](const std::string& file) {
    return folder.write("m.index.json", R"({"weight_map": {"a": ")" + file + R"("}})");
  };
  EXPECT_EQ(code_of([&] { open_weights(index_of("missing.safetensors")); }), Code::model_part_missing);
  fs::create_directory(folder / "folder");
  folder.write("folder/model.safetensors", shard({{"a", 1}}));
  EXPECT_EQ(code_of([&] { open_weights(index_of("folder")); }), Code::model_file_unreadable);
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(code_of([&] { open_weights(index_of("pipe")); }), Code::model_file_unreadable);
  fs::create_symlink("/dev/zero", folder / "device");
  EXPECT_EQ(code_of([&] { open_weights(index_of("device")); }), Code::model_file_unreadable);
  fs::create_symlink("folder", folder / "link to a folder");
  EXPECT_EQ(code_of([&] { open_weights(index_of("link to a folder")); }), Code::model_file_unreadable);
  fs::create_symlink("loop", folder / "loop");
  EXPECT_EQ(code_of([&] { open_weights(index_of("loop")); }), Code::model_file_unreadable);
  EXPECT_EQ(code_of([&] { open_weights(index_of("m.index.json")); }), Code::model_unsupported) << "itself";
  folder.write("text", "weights, weights");
  EXPECT_EQ(code_of([&] { open_weights(index_of("text")); }), Code::safetensors_header_too_large);
}

TEST(ShardedFile, RefusesAnIndexOfMoreThan16MiB) {
  const TemporaryFolder folder;
  write_model(folder);
  const std::string spaces(kMaxIndexBytes - std::string_view(kIndex).size(), ' ');
  const fs::path index = folder.write("m.safetensors.index.json", kIndex + spaces);
  EXPECT_NO_THROW(open_weights(index));
  folder.write("m.safetensors.index.json", kIndex + spaces + " ");
  EXPECT_EQ(code_of([&] { open_weights(index); }), Code::model_file_unreadable);
}

TEST(ShardedFile, AShardShortenedAfterOpeningIsAnErrorAndNoSignal) {
  const TemporaryFolder folder;
  const std::string big =
      safetensors_bytes(R"({"a":{"dtype":"F16","shape":[50000],"data_offsets":[0,100000]}})", std::string(100000, 'x'));
  for (int trial = 0; trial < 100; ++trial) {
    write_model(folder);
    const fs::path path = folder.write("m-00001-of-00002.safetensors", big);
    const auto file = open_weights(folder / "m.safetensors.index.json");
    fs::resize_file(path, static_cast<uintmax_t>(trial) * 1000);
    fs::resize_file(folder / "m.safetensors.index.json", static_cast<uintmax_t>(trial));
    EXPECT_EQ(code_of([&] { file->read_f32("a"); }), Code::model_file_changed);
    EXPECT_EQ(code_of([&] { file->bytes(file->require("a")); }), Code::model_file_changed);
    EXPECT_EQ(file->read_f32("b").values()[0], 2.0f) << "the other file is whole";
  }
}

}  // namespace
}  // namespace redraw
