// The arithmetic with which torch's CPU generator makes float32 normal numbers of uniform ones, bit for bit.
#pragma once

#include <cstddef>
#include <span>

namespace redraw {

constexpr size_t kBoxMullerBlock = 16;

/// Turns 16 uniform numbers in [0, 1) into 16 standard normal ones, in place: the first eight give the radii, the last
/// eight the angles; cosines go first, then sines.
/// The same bits as PyTorch 2.13 on x86-64 with AVX2 (normal_fill_16_AVX2 in aten/src/ATen/native/cpu/
/// DistributionTemplates.h) on every machine of ours: only additions, multiplications, square roots and fused
/// multiply-adds are used, which IEEE 754 rounds in one way. The C library's log, sin and cos would differ from
/// torch's in the last bit of every sixth number.
void box_muller(std::span<float, kBoxMullerBlock> block);

/// The same numbers without the instructions of newer processors, which box_muller picks where they are.
void box_muller_portable(std::span<float, kBoxMullerBlock> block);

}  // namespace redraw
