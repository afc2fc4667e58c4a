#include "diffusion/variations.h"

#include <charconv>
#include <limits>

#include "base/ascii.h"
#include "base/error.h"
#include "base/utf8.h"
#include "diffusion/slerp.h"

namespace redraw {
namespace {

constexpr uint64_t kMaxSeed = std::numeric_limits<uint64_t>::max();
constexpr std::string_view kForm = "variations are seed:weight,seed:weight";

std::vector<std::string_view> split_at_commas(std::string_view text) {
  std::vector<std::string_view> parts;
  size_t begin = 0;
  for (size_t comma = text.find(','); comma != std::string_view::npos; comma = text.find(',', begin)) {
    parts.push_back(trimmed(text.substr(begin, comma - begin)));
    begin = comma + 1;
  }
  parts.push_back(trimmed(text.substr(begin)));
  return parts;
}

std::string quoted(std::string_view text) {
  return "'" + std::string(cut_utf8(text, 60)) + (text.size() > 60 ? "...'" : "'");
}

// "3647897225:0.1,1614299449:0.1" of "3647897225,0.1,1614299449,0.1".
std::string with_colons(std::span<const std::string_view> parts) {
  std::string text;
  for (size_t i = 0; i < parts.size(); ++i)
    text += std::string(i == 0 ? "" : i % 2 == 1 ? ":" : ",") + std::string(parts[i]);
  return text;
}

[[noreturn]] void refuse_pair(Code code, size_t number, std::string_view pair, const std::string& what) {
  throw Error(code, "variation " + std::to_string(number) + ", " + quoted(pair) + ": " + what);
}

// The whole of the text as a number; nothing when it is not one.
template <typename Number>
std::from_chars_result parse_whole(std::string_view text, Number& value) {
  auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec == std::errc{} && result.ptr != text.data() + text.size()) result.ec = std::errc::invalid_argument;
  return result;
}

Variation parse_pair(std::string_view pair, size_t number) {
  const size_t colon = pair.find(':');
  if (colon == std::string_view::npos) {
    refuse_pair(Code::not_a_number, number, pair, "no colon between a seed and its weight; " + std::string(kForm));
  }
  const std::string_view seed = trimmed(pair.substr(0, colon));
  const std::string_view weight = trimmed(pair.substr(colon + 1));
  Variation variation;
  const std::errc seed_error = parse_whole(seed, variation.seed).ec;
  // A negative seed is a number, and out of range; from_chars takes no sign for unsigned ones.
  int64_t negative = 0;
  if (seed_error == std::errc::result_out_of_range ||
      (seed.starts_with('-') && parse_whole(seed, negative).ec == std::errc{})) {
    refuse_pair(Code::out_of_range, number, pair,
                "the seed is " + std::string(cut_utf8(seed, 40)) + ", but must be 0 to " + std::to_string(kMaxSeed));
  }
  if (seed_error != std::errc{})
    refuse_pair(Code::not_a_number, number, pair, "the seed is not a whole number; " + std::string(kForm));
  const std::errc weight_error = parse_whole(weight, variation.weight).ec;
  if (weight_error == std::errc::invalid_argument) {
    refuse_pair(Code::not_a_number, number, pair, "the weight is not a number; " + std::string(kForm));
  }
  if (weight_error != std::errc{} || !(variation.weight >= 0 && variation.weight <= 1)) {
    refuse_pair(Code::out_of_range, number, pair,
                "the weight is " + std::string(cut_utf8(weight, 40)) + ", but must be 0 to 1");
  }
  return variation;
}

}  // namespace

std::vector<Variation> parse_variations(std::string_view text) {
  const std::vector<std::string_view> parts = split_at_commas(text);
  if (text.find(':') == std::string_view::npos) {
    std::string message = quoted(text) + " has no colon between a seed and its weight; " + std::string(kForm);
    if (parts.size() % 2 == 0) message += "; did you mean '" + with_colons(parts) + "'?";
    throw Error(Code::not_a_number, message);
  }
  std::vector<Variation> variations;
  variations.reserve(parts.size());
  for (std::string_view pair : parts) variations.push_back(parse_pair(pair, variations.size() + 1));
  return variations;
}

std::string variations_text(std::span<const Variation> variations) {
  std::string text;
  for (const Variation& variation : variations) {
    char weight[32];
    const auto end = std::to_chars(weight, weight + sizeof weight, variation.weight).ptr;  // the shortest that is exact
    text += (text.empty() ? "" : ",") + std::to_string(variation.seed) + ":" + std::string(weight, end);
  }
  return text;
}

void draw_varied_noise(uint64_t seed, std::span<const Variation> variations, const DrawNoise& draw,
                       std::span<float> out) {
  draw(seed, out);
  std::vector<float> other(out.size());
  for (const Variation& variation : variations) {
    if (variation.weight == 0) continue;
    draw(variation.seed, other);
    slerp(variation.weight, out, other, out);
  }
}

}  // namespace redraw
