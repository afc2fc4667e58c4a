#include "diffusion/perlin_noise.h"

#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "base/error.h"

namespace redraw {
namespace {

constexpr int64_t kCells = 8;  ///< along each side

struct Gradient {
  float y;
  float x;
};
/// One at each corner of the cells, row by row.
using Gradients = std::array<Gradient, (kCells + 1) * (kCells + 1)>;

Gradients draw_gradients(const UniformSource& uniform) {
  std::array<float, std::tuple_size_v<Gradients>> turns;
  uniform(turns);
  Gradients gradients;
  for (size_t i = 0; i < gradients.size(); ++i) {
    const float angle = 2.0f * std::numbers::pi_v<float> * turns[i];
    gradients[i] = {std::cos(angle), std::sin(angle)};
  }
  return gradients;
}

struct Place {
  int64_t cell = 0;
  float within = 0;  ///< [0, 1)
  float fade = 0;
};

std::vector<Place> places(int64_t side) {
  const int64_t in_cell = (side + kCells - 1) / kCells;  // of the side rounded up
  std::vector<Place> result(static_cast<size_t>(side));
  for (int64_t i = 0; i < side; ++i) {
    const float t = static_cast<float>(i % in_cell) / static_cast<float>(in_cell);
    result[static_cast<size_t>(i)] = {i / in_cell, t, t * t * t * (t * (t * 6 - 15) + 10)};
  }
  return result;
}

float field_at(const Gradients& gradients, const Place& y, const Place& x) {
  const auto corner = [&](int64_t dy, int64_t dx) {
    const Gradient& g = gradients[static_cast<size_t>((y.cell + dy) * (kCells + 1) + x.cell + dx)];
    return g.y * (y.within - static_cast<float>(dy)) + g.x * (x.within - static_cast<float>(dx));
  };
  const auto mix = [](float from, float to, float t) { return from + (to - from) * t; };
  return std::numbers::sqrt2_v<float> *
         mix(mix(corner(0, 0), corner(1, 0), y.fade), mix(corner(0, 1), corner(1, 1), y.fade), x.fade);
}

}  // namespace

void mix_perlin_noise(double amount, const UniformSource& uniform, const LatentShape& shape, std::span<float> noise) {
  if (!(amount >= 0 && amount <= 1)) {
    throw Error(Code::out_of_range, "perlin is " + decimal(amount) + ", but must be 0 to 1");
  }
  check_latent_size(shape, noise.size(), "perlin noise");
  if (amount == 0) return;
  const std::vector<Place> rows = places(shape.height);
  const std::vector<Place> columns = places(shape.width);
  const float perlin_part = static_cast<float>(amount);
  const float noise_part = static_cast<float>(1 - amount);
  for (int64_t c = 0; c < shape.channels; ++c) {
    const Gradients gradients = draw_gradients(uniform);
    for (int64_t y = 0; y < shape.height; ++y) {
      for (int64_t x = 0; x < shape.width; ++x) {
        const float field = field_at(gradients, rows[static_cast<size_t>(y)], columns[static_cast<size_t>(x)]);
        float& value = noise[shape.index(c, y, x)];
        value = noise_part * value + perlin_part * field;
      }
    }
  }
}

}  // namespace redraw
