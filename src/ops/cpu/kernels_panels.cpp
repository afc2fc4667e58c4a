// Packs weights for our own convolutions and linear layers (WeightPanels in kernels.h). Output channels lie far apart
// in a model's file; packing puts them next to each other. Numbers are moved as bits, whatever they mean.
#include "ops/cpu/isa.h"
#include "ops/cpu/panels.h"

namespace redraw::cpu::REDRAW_ISA {
namespace {

constexpr int64_t kSlice = kConvSlice;

// 16 bytes of numbers, and how two such vectors are interleaved.
template <typename Bits>
struct Block;

template <>
struct Block<uint16_t> {
  typedef uint16_t Line __attribute__((vector_size(16)));
  static constexpr int kSide = 8;
  static constexpr int kSideLog2 = 3;
  static Line low(Line a, Line b) { return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11); }
  static Line high(Line a, Line b) { return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15); }
};

template <>
struct Block<uint32_t> {
  typedef uint32_t Line __attribute__((vector_size(16)));
  static constexpr int kSide = 4;
  static constexpr int kSideLog2 = 2;
  static Line low(Line a, Line b) { return __builtin_shufflevector(a, b, 0, 4, 1, 5); }
  static Line high(Line a, Line b) { return __builtin_shufflevector(a, b, 2, 6, 3, 7); }
};

// Transposes a square of numbers: its rows, `stride` apart, become lines. Interleaving row i with row i + side / 2,
// once for each bit of the side, rotates the bits of every number's place until row and column are exchanged.
template <typename Bits>
void transpose(const Bits* from, int64_t stride, typename Block<Bits>::Line* lines) {
  using B = Block<Bits>;
  for (int i = 0; i < B::kSide; ++i) __builtin_memcpy(&lines[i], from + i * stride, sizeof(lines[i]));
  for (int pass = 0; pass < B::kSideLog2; ++pass) {
    typename B::Line next[B::kSide];
    for (int i = 0; i < B::kSide / 2; ++i) {
      next[2 * i] = B::low(lines[i], lines[i + B::kSide / 2]);
      next[2 * i + 1] = B::high(lines[i], lines[i + B::kSide / 2]);
    }
    for (int i = 0; i < B::kSide; ++i) lines[i] = next[i];
  }
}

// One slice of whole channels for a whole panel, square by square.
template <typename Bits>
void pack_whole_slice(const Bits* rows, int64_t row, int64_t taps, int64_t width, Bits* packed) {
  constexpr int64_t kSide = Block<Bits>::kSide;
  for (int64_t o = 0; o < width; o += kSide) {
    int64_t channel = 0, tap = 0;
    for (int64_t first = 0; first < kSlice * taps; first += kSide) {
      typename Block<Bits>::Line lines[kSide];
      transpose(rows + o * row + first, row, lines);
      for (const auto& line : lines) {
        __builtin_memcpy(packed + (tap * kSlice + channel) * width + o, &line, sizeof(line));
        if (++tap == taps) {
          tap = 0;
          ++channel;
        }
      }
    }
  }
}

template <typename Bits>
void pack(const WeightRows& rows, Bits* packed) {
  const auto* numbers = static_cast<const Bits*>(rows.numbers);
  const int64_t taps = rows.kernel * rows.kernel;
  const int64_t row = rows.in_channels * taps;
  const int64_t width = vectors_from(0, rows.channels) * kLanes;
  for (int64_t slice = 0; slice < rows.in_channels; slice += kSlice, packed += taps * kSlice * width) {
    const bool is_whole = rows.channels == width && slice + kSlice <= rows.in_channels;
    if (is_whole && width % Block<Bits>::kSide == 0) {
      pack_whole_slice(numbers + slice * taps, row, taps, width, packed);
      continue;
    }
    for (int64_t i = 0; i < taps * kSlice * width; ++i) {
      const int64_t o = i % width, in = slice + i / width % kSlice, tap = i / width / kSlice;
      packed[i] = in < rows.in_channels && o < rows.channels ? numbers[o * row + in * taps + tap] : Bits{0};
    }
  }
}

}  // namespace

int64_t panel_channels() {
  return kPanel;
}

int64_t panel_numbers(int64_t out_channels, int64_t in_channels, int64_t kernel) {
  return divide_up(out_channels, kLanes) * kLanes * divide_up(in_channels, kSlice) * kSlice * kernel * kernel;
}

void pack_panel(const WeightRows& rows, void* packed) {
  if (rows.type == WeightType::f32) {
    pack(rows, static_cast<uint32_t*>(packed));
  } else {
    pack(rows, static_cast<uint16_t*>(packed));
  }
}

}  // namespace redraw::cpu::REDRAW_ISA
