#include "diffusion/noise_report.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <span>
#include <vector>

#include "base/error.h"
#include "base/fnv1a.h"
#include "diffusion/seeded_streams.h"
#include "diffusion/torch_cuda_generator.h"

namespace redraw {
namespace {

constexpr size_t kCount = 4 * 64 * 64;

std::vector<uint32_t> cpu_words(uint64_t seed) {
  std::mt19937 engine(static_cast<uint32_t>(seed));
  std::vector<uint32_t> words(kCount);
  for (uint32_t& word : words) word = static_cast<uint32_t>(engine());
  return words;
}

// Of the first draw: four words for each of the first numbers, of which the generator uses two.
std::vector<uint32_t> cuda_words(uint64_t seed) {
  std::vector<uint32_t> words;
  for (uint32_t index = 0; words.size() < kCount; ++index) {
    const auto four = philox4x32_10({0, 0, index, 0}, seed);
    words.insert(words.end(), four.begin(), four.end());
  }
  return words;
}

struct Engine {
  std::string_view noise_source;
  std::vector<uint32_t> (*words)(uint64_t seed);
};
constexpr auto kEngines =
    std::to_array<Engine>({{"torch-cpu", cpu_words}, {"torch-cpu-f16", cpu_words}, {"torch-cuda", cuda_words}});

uint64_t hash_of(std::span<const uint32_t> words) {
  Fnv1a hash;
  for (uint32_t word : words) {
    for (int shift = 0; shift < 32; shift += 8) hash.add(static_cast<uint8_t>(word >> shift));
  }
  return hash.value();
}

}  // namespace

NoiseReport noise_report(std::string_view name, uint64_t seed) {
  const auto source = find_noise_source(name).make(seed).normal;
  const auto engine = std::ranges::find(kEngines, name, &Engine::noise_source);
  if (engine == kEngines.end()) throw Error(Code::internal, std::string(name) + ": no engine in the noise report");

  std::vector<float> normals(kCount);
  source->normal(normals);
  std::vector<uint32_t> bits(kCount);
  std::ranges::transform(normals, bits.begin(), [](float x) { return std::bit_cast<uint32_t>(x); });

  NoiseReport report{.name = std::string(name), .seed = seed};
  report.word_hash = hash_of(engine->words(seed));
  report.normal_hash = hash_of(bits);
  std::copy_n(normals.begin(), report.first.size(), report.first.begin());
  for (float x : normals) report.mean += x;
  report.mean /= kCount;
  double squares = 0;
  for (float x : normals) squares += (x - report.mean) * (x - report.mean);
  report.deviation = std::sqrt(squares / (kCount - 1));
  return report;
}

}  // namespace redraw
