#include "diffusion/torch_cpu_generator.h"

#include <bit>
#include <cmath>
#include <numbers>

#include "diffusion/torch_box_muller.h"

namespace redraw {
namespace {

constexpr size_t kBlock = kBoxMullerBlock;

// To the nearest float16 number, ties to even, of |x| < 65504: normal numbers are far below.
float round_to_half(float x) {
  if (std::abs(x) < 0x1p-14f) {  // subnormal float16: multiples of 2^-24, the unit of float32 between 0.5 and 1
    return std::copysign((std::abs(x) + 0.5f) - 0.5f, x);
  }
  const uint32_t bits = std::bit_cast<uint32_t>(x);  // 13 bits go; the last one kept breaks ties
  return std::bit_cast<float>((bits + 0xFFFu + (bits >> 13 & 1u)) & ~uint32_t{0x1FFF});
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

void TorchCpuGenerator::normal_short(std::span<float> out) {
  for (float& value : out) value = static_cast<float>(next_normal_double());
}

void TorchCpuGenerator::normal_block(std::span<float, kBlock> out) {
  uniform(out);
  box_muller(out);
}

void TorchCpuGenerator::normal(std::span<float> out) {
  if (out.size() < kBlock) return normal_short(out);
  uniform(out);
  for (size_t i = 0; i + kBlock <= out.size(); i += kBlock) box_muller(out.subspan(i).first<kBlock>());
  if (out.size() % kBlock != 0) normal_block(out.last<kBlock>());
}

void TorchCpuGenerator::normal_half(std::span<float> out) {
  if (out.size() < kBlock) {
    normal_short(out);
  } else {
    for (size_t i = 0; i + kBlock <= out.size(); i += kBlock) normal_block(out.subspan(i).first<kBlock>());
    if (out.size() % kBlock != 0) normal_block(out.last<kBlock>());
  }
  for (float& value : out) value = round_to_half(value);
}

}  // namespace redraw
