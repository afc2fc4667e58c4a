// Random headers: the valid ones come back as they were written, the damaged ones are refused.
#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <random>

#include "base/error.h"
#include "support/safetensors_bytes.h"
#include "support/sanitized.h"
#include "weights/safetensors/safetensors_header.h"

namespace redraw {
namespace {

constexpr uint32_t kSeed = 20240607;

class RandomFiles {
 public:
  explicit RandomFiles(uint32_t seed) : engine_(seed) {}

  int64_t between(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(engine_); }

  /// Up to 12 tensors that cover their data once, in the order of their offsets; a quarter of them empty.
  std::vector<TensorEntry> layout() {
    std::vector<TensorEntry> tensors(static_cast<size_t>(between(0, 12)));
    size_t offset = 0;
    for (size_t i = 0; i < tensors.size(); ++i) {
      std::vector<int64_t> extents(static_cast<size_t>(between(0, Shape::kMaxRank)));
      for (int64_t& extent : extents) extent = between(1, 6);
      if (!extents.empty() && between(0, 3) == 0) extents[static_cast<size_t>(between(0, extents.size() - 1))] = 0;
      const auto dtype = static_cast<DType>(between(0, static_cast<int64_t>(DType::boolean)));
      const Shape shape{std::span<const int64_t>(extents)};
      const size_t bytes = static_cast<size_t>(shape.elements() * dtype_bytes(dtype));
      tensors[i] = {name(i), dtype, shape, offset, offset + bytes};
      offset += bytes;
    }
    return tensors;
  }

  std::map<std::string, std::string> metadata() {
    std::map<std::string, std::string> result;
    for (int64_t i = between(0, 3); i > 0; --i) result[name(static_cast<size_t>(i))] = name(0);
    return result;
  }

  /// Writes tensors in random order with random spacing, escapes, field order and padding.
  std::string header(std::vector<TensorEntry> tensors, const std::map<std::string, std::string>& metadata) {
    std::shuffle(tensors.begin(), tensors.end(), engine_);
    std::vector<std::string> members;
    for (const TensorEntry& entry : tensors) {
      std::vector<std::string> fields{
          quoted("dtype") + colon() + quoted(dtype_name(entry.dtype)),
          quoted("shape") + colon() + entry.shape.to_string(),
          quoted("data_offsets") + colon() + "[" + std::to_string(entry.begin) + space() + "," + space() +
              std::to_string(entry.end) + "]",
      };
      std::shuffle(fields.begin(), fields.end(), engine_);
      members.push_back(quoted(entry.name) + colon() + object(fields));
    }
    if (!metadata.empty() || between(0, 1) == 0) {
      std::vector<std::string> pairs;
      pairs.reserve(metadata.size());
      for (const auto& [key, value] : metadata) pairs.push_back(quoted(key) + colon() + quoted(value));
      members.insert(members.begin() + between(0, static_cast<int64_t>(members.size())),
                     quoted("__metadata__") + colon() + object(pairs));
    }
    return object(members) + std::string(static_cast<size_t>(between(0, 9)), ' ');
  }

 private:
  /// Distinct for distinct numbers.
  std::string name(size_t number) {
    static const std::string_view kPieces[] = {"weight", "bias", ".", "/", " ", "\"", "\\", "é", "火", "🔥", "conv_in"};
    std::string text = std::to_string(number);
    for (int64_t i = between(0, 4); i > 0; --i) text += kPieces[between(0, std::size(kPieces) - 1)];
    return text;
  }
  std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (char c : text) {
      const bool plain = c >= '.' && c <= 'z' && c != '\\';
      if (c == '"' || c == '\\') {
        result += '\\';
        result += c;
      } else if (plain && between(0, 30) == 0) {
        char escape[8];
        std::snprintf(escape, sizeof(escape), "\\u%04x", static_cast<unsigned>(c));
        result += escape;
      } else {
        result += c;
      }
    }
    return result + "\"";
  }
  std::string space() { return std::string(static_cast<size_t>(std::max<int64_t>(0, between(-5, 2))), ' '); }
  std::string colon() { return space().append(":").append(space()); }
  std::string object(const std::vector<std::string>& members) {
    std::string text = "{";
    for (size_t i = 0; i < members.size(); ++i) text.append(i ? "," : "").append(space()).append(members[i]);
    return text + "}";
  }

  std::mt19937 engine_;
};

SafetensorsHeader parse(const std::string& header, size_t data_bytes) {
  const std::string file = safetensors_bytes(header, "");
  return parse_safetensors_header(std::as_bytes(std::span(file)), file.size() + data_bytes, "random");
}

TEST(SafetensorsProperty, TenThousandRandomHeadersComeBackAsWritten) {
  RandomFiles random(kSeed);
  size_t tensors = 0;
  for (int trial = 0; trial < 10'000; ++trial) {
    std::vector<TensorEntry> written = random.layout();
    const auto metadata = random.metadata();
    const size_t data_bytes = written.empty() ? 0 : written.back().end;
    const std::string header = random.header(written, metadata);
    SafetensorsHeader read;
    ASSERT_NO_THROW(read = parse(header, data_bytes)) << "seed " << kSeed << " trial " << trial << ": " << header;

    std::sort(written.begin(), written.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    const auto same = [](const TensorEntry& a, const TensorEntry& b) {
      return a.name == b.name && a.dtype == b.dtype && a.shape == b.shape && a.begin == b.begin && a.end == b.end;
    };
    ASSERT_TRUE(std::equal(read.tensors.begin(), read.tensors.end(), written.begin(), written.end(), same))
        << "seed " << kSeed << " trial " << trial << ": " << header;
    ASSERT_EQ(read.metadata, metadata) << "seed " << kSeed << " trial " << trial;
    ASSERT_EQ(read.data_begin, 8 + header.size());
    tensors += written.size();
  }
  std::printf("seed %u, %zu tensors\n", kSeed, tensors);
}

TEST(SafetensorsProperty, AShiftedByteRangeIsRefused) {
  RandomFiles random(kSeed + 1);
  int damaged = 0;
  while (damaged < 10'000) {
    std::vector<TensorEntry> tensors = random.layout();
    const size_t data_bytes = tensors.empty() ? 0 : tensors.back().end;
    if (data_bytes == 0) continue;
    TensorEntry& victim = tensors[static_cast<size_t>(random.between(0, static_cast<int64_t>(tensors.size()) - 1))];
    if (victim.begin == victim.end) continue;  // moved to another boundary it would be as good as before
    const int64_t distance = random.between(1, 8) * (random.between(0, 1) == 0 ? 1 : -1);
    const int64_t what = random.between(0, 2);
    // Below zero it becomes a number near 2^64, which is to be refused as well.
    if (what != 1) victim.begin += static_cast<size_t>(distance);
    if (what != 0) victim.end += static_cast<size_t>(distance);
    const std::string header = random.header(tensors, {});
    ASSERT_THROW(parse(header, data_bytes), Error)
        << "seed " << kSeed + 1 << " damaged file " << damaged << ": " << header;
    ++damaged;
  }
}

TEST(SafetensorsProperty, AHeaderCutAnywhereIsRefused) {
  RandomFiles random(kSeed + 2);
  for (int trial = 0; trial < 50; ++trial) {
    const std::vector<TensorEntry> tensors = random.layout();
    const std::string header = random.header(tensors, random.metadata());
    const std::string file = safetensors_bytes(header, std::string(tensors.empty() ? 0 : tensors.back().end, '\0'));
    for (size_t size = 0; size < file.size(); ++size) {
      if (!is_run(static_cast<int64_t>(size), 7)) continue;
      ASSERT_THROW(parse_safetensors_header(std::as_bytes(std::span(file)).first(size), size, "cut"), Error)
          << "seed " << kSeed + 2 << " trial " << trial << " cut at " << size;
    }
  }
}

}  // namespace
}  // namespace redraw
