// Checkpoints that torch really wrote, and what reading one promises.
#include "weights/torch/torch_file.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <thread>

#include "base/error.h"
#include "support/error_of.h"
#include "support/temporary_folder.h"
#include "support/zip_bytes.h"
#include "weights/open_weights.h"
#include "weights/safetensors/safetensors.h"

namespace redraw {
namespace {

using namespace std::string_literals;

std::filesystem::path data(std::string_view name) {
  return std::filesystem::path(REDRAW_SOURCE_DIR) / "tests/data/torch" / name;
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string floats(const std::vector<float>& values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// A new file each time: some file systems flush one that is written over.
std::filesystem::path written(const TemporaryFolder& folder, std::string_view bytes) {
  std::filesystem::remove(folder / "f.ckpt");
  return folder.write("f.ckpt", bytes);
}

class Torch : public testing::TestWithParam<const char*> {};

TEST_P(Torch, EveryTensorIsWhatTorchSaved) {
  const std::string prefix = GetParam() + "/"s;
  const auto file = open_weights(data(GetParam()));
  EXPECT_EQ(file->format(), "PyTorch checkpoint");
  const SafetensorsFile expected = SafetensorsFile::open(data("expected.safetensors"));
  size_t compared = 0;
  for (const TensorEntry& wanted : expected.tensors()) {
    if (!wanted.name.starts_with(prefix)) continue;
    const TensorEntry* entry = file->find(wanted.name.substr(prefix.size()));
    ASSERT_NE(entry, nullptr) << wanted.name;
    EXPECT_EQ(entry->dtype, wanted.dtype) << wanted.name;
    EXPECT_EQ(entry->shape, wanted.shape) << wanted.name;
    EXPECT_TRUE(file->bytes(*entry) == expected.bytes(wanted)) << wanted.name;
    ++compared;
  }
  EXPECT_GT(compared, 0u);
  EXPECT_EQ(compared, file->tensors().size());
}

INSTANTIATE_TEST_SUITE_P(Files, Torch,
                         testing::Values("types.pt", "views.pt", "lightning.ckpt", "module.bin", "parameters.pt",
                                         "nested.pt", "params.pth", "protocol4.pt", "repacked.pt"),
                         [](const auto& one) {
                           std::string name = one.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

TEST(TorchFile, SaysAfterHowManyStepsItWasSaved) {
  using Metadata = std::map<std::string, std::string>;
  EXPECT_EQ(TorchFile::open(data("lightning.ckpt")).metadata(), (Metadata{{"global_step", "470000"}}));
  EXPECT_EQ(TorchFile::open(data("protocol4.pt")).metadata(), (Metadata{{"global_step", "3000000000"}}));
  EXPECT_EQ(TorchFile::open(data("types.pt")).metadata(), Metadata{});
}

TEST(TorchFile, AnyRangeOfAViewIsThatRangeOfTheWhole) {
  const TorchFile file = TorchFile::open(data("views.pt"));
  for (const char* name : {"whole", "transposed", "every_other", "column", "kernel", "matrix"}) {
    const TensorEntry& entry = file.require(name);
    const std::vector<std::byte> whole = file.bytes(entry);
    for (size_t first = 0; first < whole.size(); first += 1 + whole.size() / 37) {
      for (size_t size : {size_t{0}, size_t{1}, size_t{5}, whole.size() - first}) {
        if (size > whole.size() - first) continue;
        std::vector<std::byte> part(size);
        file.read_bytes(entry, first, part);
        EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin() + static_cast<std::ptrdiff_t>(first)))
            << name << " " << first << " " << size;
      }
    }
  }
  EXPECT_EQ(code_of([&] {
              std::vector<std::byte> part(2);
              file.read_bytes(file.require("last"), 3, part);
            }),
            Code::internal);
}

TEST(TorchFile, ReadsAsFloat32WhateverTheView) {
  const TorchFile file = TorchFile::open(data("views.pt"));
  const Tensor matrix = file.read_f32("matrix");  // [70, 100], transposed from [100, 70]
  ASSERT_EQ(matrix.shape(), (Shape{70, 100}));
  for (int64_t i = 0; i < 70; ++i) {
    for (int64_t j = 0; j < 100; ++j) {
      const auto value = static_cast<float>((j * 70 + i) % 97 - 40) / 8;
      ASSERT_EQ(matrix.values()[static_cast<size_t>(i * 100 + j)], value) << i << " " << j;
    }
  }
  EXPECT_EQ(code_of([&] { file.read_f32("scalar"); }), Code::tensor_wrong_dtype);
}

TEST(TorchFile, ReadsFromSeveralThreads) {
  const TorchFile file = TorchFile::open(data("views.pt"));
  const std::vector<std::byte> matrix = file.bytes(file.require("matrix"));
  const std::vector<std::byte> kernel = file.bytes(file.require("kernel"));
  const TorchFile fresh = TorchFile::open(data("views.pt"));
  std::vector<std::thread> threads;
  threads.reserve(4);
  std::atomic<int> wrong = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int k = 0; k < 20; ++k) {
        const bool is_matrix = (i + k) % 2 == 0;
        wrong += fresh.bytes(fresh.require(is_matrix ? "matrix" : "kernel")) != (is_matrix ? matrix : kernel);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(TorchFile, RefusesWhatIsNoCheckpointOfTensors) {
  EXPECT_NE(message_of(Code::torch_legacy_format, [] { open_weights(data("legacy.pt")); }).find("before PyTorch 1.6"),
            std::string::npos);
  EXPECT_NE(message_of(Code::zip_unsupported, [] { open_weights(data("script.pt")); })
                .find("entry 'script/code/__torch__.py' is compressed (method 8), which torch.save never does"),
            std::string::npos);
  EXPECT_NE(message_of(Code::pickle_forbidden, [] { open_weights(data("pickled_module.pt")); })
                .find("names 'torch.nn.modules.normalization.LayerNorm', which is not among"),
            std::string::npos);
}

TEST(TorchFile, LegacyFormatsAreRefusedByTheirFirstBytes) {
  const TemporaryFolder folder;
  std::string tar(1024, '\0');
  tar.replace(0, 8, "sys_info");
  tar.replace(257, 5, "ustar");
  const std::pair<const char*, std::string> table[] = {
      {"the magic number", "\x80\x02\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19."s},
      {"a pickle that runs a command", pickle::protocol2(pickle::call("os", "system", pickle::text("true")))},
      {"protocol 5", "\x80\x05\x95\x0A\x00\x00\x00\x00\x00\x00\x00"s + std::string(20, 'N')},
      {"tar", tar},
      {"a tar with a short name", "a"s + std::string(256, '\0') + tar.substr(257)},
  };
  for (const auto& [name, bytes] : table) {
    EXPECT_EQ(code_of([&, &bytes = bytes] { open_weights(folder.write("f.pt", bytes)); }), Code::torch_legacy_format)
        << name;
  }
  // A safetensors file whose header has 640 bytes begins with the bytes of a pickle of protocol 2.
  const std::string header = R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})";
  std::string file = "\x80\x02\0\0\0\0\0\0"s + header + std::string(640 - header.size(), ' ');
  EXPECT_EQ(open_weights(folder.write("f", file))->format(), "safetensors");
  EXPECT_EQ(code_of([&] { open_weights(folder.write("g", "")); }), Code::safetensors_too_short);
}

TEST(TorchFile, AnyDamagedByteIsAnErrorAndNeverAnotherNumber) {
  const TemporaryFolder folder;
  const std::string good = bytes_of(data("lightning.ckpt"));
  const TorchFile original = TorchFile::open(data("lightning.ckpt"));
  int refused = 0;
  for (size_t at = 0; at < good.size(); ++at) {
    std::string damaged = good;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    try {
      const TorchFile file = TorchFile::open(written(folder, damaged));
      ASSERT_EQ(file.tensors().size(), original.tensors().size()) << at;
      for (const TensorEntry& entry : original.tensors()) {
        ASSERT_TRUE(file.bytes(file.require(entry.name)) == original.bytes(entry)) << at;
      }
    } catch (const Error&) {
      ++refused;
    }
  }
  // The rest is padding, times and attributes, and the numbers of the optimizer, which are not read.
  EXPECT_GT(refused, static_cast<int>(good.size() / 2)) << good.size();
}

TEST(TorchFile, ACutFileIsRefusedWhereverItIsCut) {
  const TemporaryFolder folder;
  const std::string good = bytes_of(data("module.bin"));
  for (size_t size = 4; size < good.size(); ++size) {
    ASSERT_EQ(code_of([&] { TorchFile::open(written(folder, good.substr(0, size))); }), Code::zip_damaged) << size;
  }
}

TEST(TorchFile, AWrongChecksumIsAnErrorOnEveryRead) {
  const TemporaryFolder folder;
  std::string bytes = torch_bytes(
      pickle::protocol2(pickle::dict(pickle::join(pickle::text("a"), pickle::good_tensor()))), {floats({1, 2, 3, 4})});
  const TorchFile good = TorchFile::open(folder.write("good", bytes));
  EXPECT_EQ(good.read_f32("a").values()[3], 4.0f);
  const size_t at = bytes.find(floats({3}));
  ASSERT_NE(at, std::string::npos);
  bytes[at + 2] ^= 1;
  const TorchFile bad = TorchFile::open(folder.write("bad", bytes));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(message_of(Code::zip_damaged, [&] { bad.read_f32("a"); }),
              (folder / "bad").string() +
                  ": entry 'm/data/0' has another checksum than the archive says: it is damaged; fetch it again");
  }
}

TEST(TorchFile, AFileShortenedAfterOpeningIsAnErrorAndNoSignal) {
  const TemporaryFolder folder;
  const std::string a =
      pickle::tensor(pickle::storage("FloatStorage", "0", 25000), 0, pickle::integer(25000), pickle::integer(1));
  const std::string bytes =
      torch_bytes(pickle::protocol2(pickle::dict(pickle::join(pickle::text("a"), a))), {std::string(100000, 'x')});
  for (int trial = 0; trial < 100; ++trial) {
    const auto path = written(folder, bytes);
    const TorchFile file = TorchFile::open(path);
    if (trial % 2 == 0) file.read_f32("a");  // with the checksum compared, and without
    std::filesystem::resize_file(path, static_cast<uintmax_t>(trial) * 1000);
    EXPECT_EQ(code_of([&] { file.read_f32("a"); }), Code::model_file_changed);
    EXPECT_EQ(code_of([&] { file.bytes(file.require("a")); }), Code::model_file_changed);
  }
}

TEST(TorchFile, AFileOverwrittenAfterOpeningIsAnError) {
  const TemporaryFolder folder;
  const auto path = folder.write("f", bytes_of(data("views.pt")));
  const TorchFile file = TorchFile::open(path);
  EXPECT_NO_THROW(file.read_f32("matrix"));
  EXPECT_NO_THROW(file.read_f32("whole"));
  {
    std::fstream(path, std::ios::in | std::ios::out | std::ios::binary) << "P";
    std::filesystem::last_write_time(path, std::filesystem::last_write_time(path) + std::chrono::seconds(1));
  }
  EXPECT_EQ(code_of([&] { file.read_f32("matrix"); }), Code::model_file_changed) << "kept in memory";
  EXPECT_EQ(code_of([&] { file.read_f32("whole"); }), Code::model_file_changed);
}

TEST(TorchFile, StaysWholeWhenMoved) {
  TorchFile first = TorchFile::open(data("views.pt"));
  const TorchFile second = std::move(first);
  EXPECT_EQ(second.read_f32("one_row").shape(), (Shape{1, 4, 2}));
}

TEST(TorchFile, ReadsBeyondFourGibibytes) {
  // As torch writes it: sizes and offsets in ZIP64 fields. The large storage is a hole in the file and never read.
  constexpr uint64_t kHole = (uint64_t{4} << 30) + 4096;
  const TemporaryFolder folder;
  const std::string big = pickle::tensor(pickle::storage("ByteStorage", "0", static_cast<int64_t>(kHole)), 0,
                                         pickle::integer(static_cast<int64_t>(kHole)), pickle::integer(1));
  const std::string small =
      pickle::tensor(pickle::storage("FloatStorage", "1", 2), 0, pickle::integer(2), pickle::integer(1));
  const std::string pickle =
      pickle::protocol2(pickle::dict(pickle::join(pickle::text("a"), big, pickle::text("b"), small)));
  // The offsets of what follows the hole are moved by its size; every field that counts is in the ZIP64 fields.
  std::vector<ZipPart> parts = torch_parts(pickle, {"", floats({1.5f, -2.0f})});
  const auto move = [&](ZipRecord& record, size_t at) {
    uint64_t value = 0;
    std::memcpy(&value, record.bytes.data() + at, sizeof(value));
    record.set(at, value + kHole, 8);
  };
  const auto extra_at = [](size_t fixed, const ZipPart& part) { return fixed + part.name.size() + 4; };
  for (size_t i = 2; i < parts.size(); ++i) {
    ZipPart& part = parts[i];
    part.is_zip64 = true;
    const size_t local = extra_at(zip_local::kName, part);
    const size_t central = extra_at(zip_central::kName, part);
    if (i == 2) {
      part.change_local = [=](ZipRecord& r) { move(r, local), move(r, local + 8); };
      part.change_central = [=](ZipRecord& r) { move(r, central), move(r, central + 8); };
      part.change_descriptor = [=](ZipRecord& r) { move(r, 8), move(r, 16); };
    } else {
      part.change_local = [=](ZipRecord& r) { move(r, local + 16); };
      part.change_central = [=](ZipRecord& r) { move(r, central + 16); };
    }
  }
  ZipOptions options;
  options.change_end64 = [&](ZipRecord& r) { move(r, zip_end64::kBegin); };
  options.change_locator = [&](ZipRecord& r) { move(r, zip_locator::kBegin); };
  options.change_end = [&](ZipRecord& r) { r.set(zip_end::kBegin, 0xFFFFFFFF, 4); };
  const std::string bytes = zip_bytes(parts, options);
  // The hole begins where the data of entry m/data/0 does: before its descriptor.
  const size_t name_at = bytes.find("m/data/0", bytes.find("little"));
  const size_t hole_at = bytes.find("PK\x07\x08", name_at);
  const auto path = folder.write("f", bytes.substr(0, hole_at));
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(hole_at + kHole));
    file << bytes.substr(hole_at);
  }
  const TorchFile file = TorchFile::open(path);
  EXPECT_EQ(file.require("a").shape, (Shape{static_cast<int64_t>(kHole)}));
  const Tensor b = file.read_f32("b");
  EXPECT_EQ(std::vector<float>(b.values().begin(), b.values().end()), (std::vector<float>{1.5f, -2.0f}));
}

}  // namespace
}  // namespace redraw
