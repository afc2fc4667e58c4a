#include "diffusion/torch_cpu_generator.h"

#include <cmath>
#include <numbers>

namespace redraw {
namespace {

constexpr size_t kBlock = 16;

// The first eight uniform numbers of a block give the radii, the last eight the angles; cosines go first, then sines.
void box_muller(std::span<float, kBlock> block) {
  constexpr float kTwoPi = static_cast<float>(2.0 * std::numbers::pi);
  for (size_t i = 0; i < kBlock / 2; ++i) {
    const float radius = std::sqrt(-2.0f * std::log(1.0f - block[i]));  // 1 - u is in (0, 1]: no log of zero
    const float angle = kTwoPi * block[i + kBlock / 2];
    block[i] = radius * std::cos(angle);
    block[i + kBlock / 2] = radius * std::sin(angle);
  }
}

}  // namespace

TorchCpuGenerator::TorchCpuGenerator(uint64_t seed) : engine_(static_cast<uint32_t>(seed)) {}

float TorchCpuGenerator::next_uniform_float() {
  return static_cast<float>(engine_() & 0xFFFFFFu) * 0x1p-24f;
}

double TorchCpuGenerator::next_uniform_double() {
  const uint64_t high = engine_();
  const uint64_t low = engine_();
  return static_cast<double>((high << 32 | low) & ((uint64_t{1} << 53) - 1)) * 0x1p-53;
}

double TorchCpuGenerator::next_normal_double() {
  if (second_normal_) {
    const double value = *second_normal_;
    second_normal_.reset();
    return value;
  }
  const double angle = 2.0 * std::numbers::pi * next_uniform_double();
  const double radius = std::sqrt(-2.0 * std::log1p(-next_uniform_double()));
  second_normal_ = radius * std::sin(angle);
  return radius * std::cos(angle);
}

void TorchCpuGenerator::uniform(std::span<float> out) {
  for (float& value : out) value = next_uniform_float();
}

void TorchCpuGenerator::normal(std::span<float> out) {
  if (out.size() < kBlock) {
    for (float& value : out) value = static_cast<float>(next_normal_double());
    return;
  }
  uniform(out);
  for (size_t i = 0; i + kBlock <= out.size(); i += kBlock) box_muller(out.subspan(i).first<kBlock>());
  if (out.size() % kBlock != 0) {
    const auto tail = out.last<kBlock>();
    uniform(tail);
    box_muller(tail);
  }
}

}  // namespace redraw
