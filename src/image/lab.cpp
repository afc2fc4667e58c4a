#include "image/lab.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace redraw {
namespace {

using Triple = std::array<double, 3>;
using Matrix = std::array<Triple, 3>;

// IEC 61966-2-1 gives the first to four digits; the second is its inverse, not the standard's rounding of it.
constexpr Matrix kXyzFromRgb = {{{0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}}};

constexpr double cofactor(const Matrix& m, size_t row, size_t column) {
  const size_t r1 = (row + 1) % 3;
  const size_t r2 = (row + 2) % 3;
  const size_t c1 = (column + 1) % 3;
  const size_t c2 = (column + 2) % 3;
  return m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1];
}

constexpr Matrix inverse(const Matrix& m) {
  const double determinant = m[0][0] * cofactor(m, 0, 0) + m[0][1] * cofactor(m, 0, 1) + m[0][2] * cofactor(m, 0, 2);
  Matrix inverted = {};
  for (size_t row = 0; row < 3; ++row) {
    for (size_t column = 0; column < 3; ++column) inverted[column][row] = cofactor(m, row, column) / determinant;
  }
  return inverted;
}

constexpr Matrix kRgbFromXyz = inverse(kXyzFromRgb);

constexpr Triple times(const Matrix& m, const Triple& v) {
  return {m[0][0] * v[0] + m[0][1] * v[1] + m[0][2] * v[2], m[1][0] * v[0] + m[1][1] * v[1] + m[1][2] * v[2],
          m[2][0] * v[0] + m[2][1] * v[1] + m[2][2] * v[2]};
}

constexpr Triple kWhite = times(kXyzFromRgb, {1.0, 1.0, 1.0});

// Light, 0 to 1, of an encoded value, 0 to 1.
double decoded(double value) {
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

double encoded(double light) {
  return light <= 0.0031308 ? light * 12.92 : 1.055 * std::pow(light, 1.0 / 2.4) - 0.055;
}

std::array<double, 256> light_of_levels() {
  std::array<double, 256> light;
  for (size_t i = 0; i < light.size(); ++i) light[i] = decoded(static_cast<double>(i) / 255.0);
  return light;
}

// The cube root of CIE 15, with the straight line that takes its place near 0.
constexpr double kKnee = 6.0 / 29.0;

double root(double t) {
  return t > kKnee * kKnee * kKnee ? std::cbrt(t) : t / (3.0 * kKnee * kKnee) + 4.0 / 29.0;
}

double root_inverse(double f) {
  return f > kKnee ? f * f * f : 3.0 * kKnee * kKnee * (f - 4.0 / 29.0);
}

}  // namespace

Lab to_lab(Rgb colour) {
  static const std::array<double, 256> kLight = light_of_levels();
  const Triple xyz = times(kXyzFromRgb, {kLight[colour[0]], kLight[colour[1]], kLight[colour[2]]});
  const double x = root(xyz[0] / kWhite[0]);
  const double y = root(xyz[1] / kWhite[1]);
  const double z = root(xyz[2] / kWhite[2]);
  return {116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)};
}

Rgb to_rgb(const Lab& lab) {
  const double y = (lab.l + 16.0) / 116.0;
  const Triple xyz = {root_inverse(y + lab.a / 500.0) * kWhite[0], root_inverse(y) * kWhite[1],
                      root_inverse(y - lab.b / 200.0) * kWhite[2]};
  const Triple light = times(kRgbFromXyz, xyz);
  Rgb colour;
  for (size_t i = 0; i < 3; ++i) {
    colour[i] = static_cast<uint8_t>(std::lround(std::clamp(encoded(light[i]), 0.0, 1.0) * 255.0));
  }
  return colour;
}

}  // namespace redraw
