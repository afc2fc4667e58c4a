// Random GGUF files: the valid ones come back as they were written, the damaged ones are refused.
#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>
#include <map>
#include <random>

#include "base/error.h"
#include "support/gguf_bytes.h"
#include "weights/gguf/gguf_header.h"

namespace redraw {
namespace {

constexpr uint32_t kSeed = 20261124;

struct Written {
  GgufBytes bytes;
  std::vector<TensorEntry> tensors;
  std::map<std::string, std::string> metadata;
};

class RandomFiles {
 public:
  explicit RandomFiles(uint32_t seed) : engine_(seed) {}

  int64_t between(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(engine_); }

  Written file() {
    Written result;
    result.bytes.version = static_cast<uint32_t>(between(2, 3));
    add_values(result);
    add_tensors(result);
    return result;
  }

 private:
  /// Distinct for distinct numbers.
  std::string name(int64_t number) {
    static const std::string_view kPieces[] = {"weight", "bias", ".", "/", " ", "\"", "é", "火", "🔥", "conv_in"};
    std::string text = std::to_string(number);
    for (int64_t i = between(0, 4); i > 0; --i) text += kPieces[between(0, std::size(kPieces) - 1)];
    return text;
  }

  void add_values(Written& file) {
    if (between(0, 1) == 0) {
      file.bytes.alignment = uint64_t{1} << between(0, 9);
      file.bytes.value("general.alignment", GgufType::uint32,
                       number_bytes(static_cast<uint32_t>(file.bytes.alignment)));
    }
    constexpr size_t kWidths[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    for (int64_t i = between(0, 8); i > 0; --i) {
      const std::string key = name(i);
      const int64_t type = between(0, 12);
      const size_t width = kWidths[type];
      const auto count = static_cast<size_t>(between(0, 5));
      if (type == static_cast<int64_t>(GgufType::string)) {
        file.metadata[key] = name(0);
        file.bytes.text(key, file.metadata[key]);
      } else if (type == static_cast<int64_t>(GgufType::array)) {
        std::string elements;
        for (size_t k = 0; k < count; ++k) elements += gguf_string(name(0));
        file.bytes.array(key, GgufType::string, count, elements);
      } else if (between(0, 1) == 0) {
        file.bytes.value(key, static_cast<GgufType>(type), std::string(width, '\1'));
      } else {
        file.bytes.array(key, static_cast<GgufType>(type), count, std::string(count * width, '\1'));
      }
    }
  }

  void add_tensors(Written& file) {
    struct Type {
      uint32_t number;
      DType dtype;
    };
    static constexpr Type kTypes[] = {{0, DType::f32},   {1, DType::f16},   {30, DType::bf16}, {2, DType::q4_0},
                                      {3, DType::q4_1},  {6, DType::q5_0},  {7, DType::q5_1},  {8, DType::q8_0},
                                      {12, DType::q4_k}, {13, DType::q5_k}, {14, DType::q6_k}};
    std::vector<std::string> descriptions;
    uint64_t offset = 0;
    for (int64_t i = between(0, 10); i > 0; --i) {
      const Type type = kTypes[between(0, std::size(kTypes) - 1)];
      const int64_t block = dtype_block(type.dtype).elements;
      std::vector<int64_t> extents(static_cast<size_t>(between(block == 1 ? 0 : 1, 4)));
      for (int64_t& extent : extents) extent = between(1, 4);
      if (!extents.empty()) extents.back() *= block;
      if (!extents.empty() && between(0, 7) == 0) extents[0] = 0;
      const Shape shape{std::span<const int64_t>(extents)};
      const auto bytes = static_cast<uint64_t>(stored_bytes(type.dtype, shape.elements()));
      offset = (offset + file.bytes.alignment - 1) / file.bytes.alignment * file.bytes.alignment;
      if (between(0, 3) == 0) offset += file.bytes.alignment;  // room is allowed
      file.tensors.push_back({name(i), type.dtype, shape, offset, offset + bytes});
      file.bytes.tensor(file.tensors.back().name, {extents.rbegin(), extents.rend()}, type.number, offset);
      offset += bytes;
    }
    file.bytes.zeros(offset);
    std::shuffle(file.bytes.tensors.begin(), file.bytes.tensors.end(), engine_);
    std::shuffle(file.bytes.values.begin(), file.bytes.values.end(), engine_);
  }

  std::mt19937 engine_;
};

GgufHeader parse(const std::string& bytes) {
  return parse_gguf_header(
      [&](uint64_t offset, std::span<std::byte> out) { std::memcpy(out.data(), bytes.data() + offset, out.size()); },
      bytes.size(), "random");
}

TEST(GgufProperty, TwoThousandRandomFilesComeBackAsWritten) {
  RandomFiles random(kSeed);
  size_t tensors = 0;
  for (int trial = 0; trial < 2'000; ++trial) {
    Written written = random.file();
    GgufHeader read;
    ASSERT_NO_THROW(read = parse(written.bytes.bytes())) << "seed " << kSeed << " trial " << trial;
    std::sort(written.tensors.begin(), written.tensors.end(),
              [](const TensorEntry& a, const TensorEntry& b) { return a.name < b.name; });
    const auto same = [](const TensorEntry& a, const TensorEntry& b) {
      return a.name == b.name && a.dtype == b.dtype && a.shape == b.shape && a.begin == b.begin && a.end == b.end;
    };
    ASSERT_TRUE(
        std::equal(read.tensors.begin(), read.tensors.end(), written.tensors.begin(), written.tensors.end(), same))
        << "seed " << kSeed << " trial " << trial;
    ASSERT_EQ(read.metadata, written.metadata) << "seed " << kSeed << " trial " << trial;
    const size_t header = written.bytes.header().size();
    ASSERT_EQ(read.data_begin % written.bytes.alignment, 0u);
    ASSERT_TRUE(read.data_begin >= header && read.data_begin < header + written.bytes.alignment);
    tensors += written.tensors.size();
  }
  std::printf("seed %u, %zu tensors\n", kSeed, tensors);
}

TEST(GgufProperty, AFileCutAnywhereIsRefused) {
  RandomFiles random(kSeed + 1);
  for (int trial = 0; trial < 40; ++trial) {
    const Written written = random.file();
    const std::string header = written.bytes.header();
    for (size_t size = 0; size < header.size(); ++size) {
      ASSERT_THROW(parse(header.substr(0, size)), Error)
          << "seed " << kSeed + 1 << " trial " << trial << " cut at " << size;
    }
    const bool has_bytes = std::any_of(written.tensors.begin(), written.tensors.end(),
                                       [](const TensorEntry& entry) { return entry.end > entry.begin; });
    const std::string whole = written.bytes.bytes();
    if (has_bytes) {
      ASSERT_THROW(parse(whole.substr(0, whole.size() - 1)), Error) << "seed " << kSeed + 1 << " trial " << trial;
    }
  }
}

TEST(GgufProperty, AChangedByteIsAnErrorOrAnotherFileWithinItsBounds) {
  RandomFiles random(kSeed + 2);
  int accepted = 0;
  for (int trial = 0; trial < 20'000; ++trial) {
    const Written written = random.file();
    std::string bytes = written.bytes.bytes();
    const auto header = static_cast<int64_t>(written.bytes.header().size());
    bytes[static_cast<size_t>(random.between(0, header - 1))] ^= static_cast<char>(1 << random.between(0, 7));
    try {
      const GgufHeader read = parse(bytes);
      for (const TensorEntry& entry : read.tensors) {
        ASSERT_LE(read.data_begin + entry.end, std::max<uint64_t>(bytes.size(), read.data_begin));
        ASSERT_EQ(entry.end - entry.begin, static_cast<uint64_t>(stored_bytes(entry.dtype, entry.shape.elements())));
      }
      ++accepted;
    } catch (const Error&) {
      continue;  // any other exception is a finding
    }
  }
  EXPECT_GT(accepted, 0) << "names and texts may change";
}

}  // namespace
}  // namespace redraw
