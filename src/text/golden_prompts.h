// For tests: CLIP's vocabularies, and prompts with the reference's ids.
#pragma once

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>
#include <zlib.h>

#include "text/clip_tokenizer.h"

namespace redraw {

inline const std::filesystem::path kGolden = REDRAW_SOURCE_DIR "/tests/golden/tokenizer";
inline const std::filesystem::path kBox = REDRAW_SOURCE_DIR "/models/emoji-128/tokenizer";
inline const std::filesystem::path kStandard = REDRAW_BINARY_DIR "/../clip-vocabulary";

/// The lines of a file, compressed or not.
inline std::vector<nlohmann::json> read_lines(const std::filesystem::path& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) throw std::runtime_error(path.string() + " is missing; it belongs to the repository");
  std::string text;
  char buffer[1 << 16];
  for (int bytes = 0; (bytes = gzread(file, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<size_t>(bytes));
  gzclose(file);
  std::vector<nlohmann::json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void require_standard_vocabulary() {
  if (!std::filesystem::exists(kStandard / "vocab.json"))
    throw std::runtime_error(kStandard.string() + " has no vocab.json; run scripts/test, which makes it");
}

inline const ClipTokenizer& standard() {
  static const ClipTokenizer tokenizer = [] {
    require_standard_vocabulary();
    return ClipTokenizer::load(kStandard);
  }();
  return tokenizer;
}

inline const ClipTokenizer& box() {
  static const ClipTokenizer tokenizer = ClipTokenizer::load(kBox);
  return tokenizer;
}

/// Expects every {"text", "ids"} of a golden file.
inline void expect_all(const ClipTokenizer& tokenizer, const std::filesystem::path& path, size_t count) {
  const std::vector<nlohmann::json> lines = read_lines(path);
  EXPECT_EQ(lines.size(), count);
  size_t wrong = 0;
  for (const nlohmann::json& line : lines) {
    const std::vector<int32_t> ids = tokenizer.encode(line["text"].get<std::string>());
    if (ids == line["ids"].get<std::vector<int32_t>>()) continue;
    if (++wrong <= 5) ADD_FAILURE() << line.dump(-1, ' ', true) << "\n  got " << nlohmann::json(ids);
  }
  EXPECT_EQ(wrong, 0u);
}

}  // namespace redraw
