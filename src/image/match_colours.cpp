#include "image/match_colours.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "image/lab.h"

namespace redraw {
namespace {

// One of L, a and b in the units of OpenCV's 8 bits, 2.55 L, a and b, for each pixel.
using Channel = std::vector<double>;

struct Channels {
  Channel l;
  Channel a;
  Channel b;
};

constexpr double kUnitsOfL = 2.55;
constexpr int64_t kLowest = -128;
constexpr int64_t kHighest = 255;
template <typename T>
using ByUnit = std::array<T, kHighest - kLowest + 1>;

int64_t unit_of(double value) {
  return std::lround(value);
}

size_t index_of(int64_t unit) {
  return static_cast<size_t>(unit - kLowest);
}

Channels lab_channels(const Image& image) {
  Channels channels;
  for (size_t i = 0; i < image.pixels.size(); i += 3) {
    const Lab lab = to_lab({image.pixels[i], image.pixels[i + 1], image.pixels[i + 2]});
    channels.l.push_back(lab.l * kUnitsOfL);
    channels.a.push_back(lab.a);
    channels.b.push_back(lab.b);
  }
  return channels;
}

// A unit that occurs, and the share of pixels that have it or a smaller one.
struct Quantile {
  int64_t unit;
  double share;
};

struct Distribution {
  std::vector<Quantile> quantiles;  // in rising order; the last share is 1
  double mean = 0.0;                // of the values themselves
  double spread = 0.0;              // standard deviation of their units
};

Distribution distribution_of(const Channel& channel) {
  ByUnit<int64_t> counts = {};
  Distribution distribution;
  const auto size = static_cast<double>(channel.size());
  for (const double value : channel) {
    ++counts[index_of(unit_of(value))];
    distribution.mean += value / size;
  }
  int64_t up_to_here = 0;
  int64_t sum = 0;
  int64_t sum_of_squares = 0;
  for (int64_t unit = kLowest; unit <= kHighest; ++unit) {
    const int64_t count = counts[index_of(unit)];
    if (count == 0) continue;
    up_to_here += count;
    sum += count * unit;
    sum_of_squares += count * unit * unit;
    distribution.quantiles.push_back({unit, static_cast<double>(up_to_here) / size});
  }
  const double mean_unit = static_cast<double>(sum) / size;
  const double variance = static_cast<double>(sum_of_squares) / size - mean_unit * mean_unit;
  distribution.spread = distribution.quantiles.size() > 1 ? std::sqrt(variance) : 0.0;
  return distribution;
}

// For each unit that occurs in `from`, the value at the same share of `to`, between two of its units if need be.
ByUnit<double> matching_curve(const Distribution& from, const Distribution& to) {
  ByUnit<double> curve = {};
  auto above = to.quantiles.begin();  // the first whose share is not below
  for (const Quantile& quantile : from.quantiles) {
    while (above->share < quantile.share) ++above;
    auto value = static_cast<double>(above->unit);
    if (above != to.quantiles.begin()) {
      const Quantile& below = *(above - 1);
      const double part = (quantile.share - below.share) / (above->share - below.share);
      value = static_cast<double>(below.unit) + (value - static_cast<double>(below.unit)) * part;
    }
    curve[index_of(quantile.unit)] = value;
  }
  return curve;
}

void match(Channel& picture, const Channel& reference) {
  const Distribution from = distribution_of(picture);
  const Distribution to = distribution_of(reference);
  const double detail = to.spread >= from.spread ? 1.0 : to.spread / from.spread;
  if (from.quantiles.size() == 1) {
    for (double& value : picture) value = to.mean + (value - from.mean) * detail;
    return;
  }
  const ByUnit<double> curve = matching_curve(from, to);
  for (double& value : picture) {
    const int64_t unit = unit_of(value);
    value = curve[index_of(unit)] + (value - static_cast<double>(unit)) * detail;
  }
}

bool is_flat(const Channel& channel) {
  return std::ranges::all_of(channel, [&](double value) { return unit_of(value) == unit_of(channel.front()); });
}

void check_buffer(const Image& image, std::string_view what) {
  if (image.width >= 1 && image.height >= 1 &&
      image.pixels.size() == static_cast<size_t>(image.width * image.height * 3)) {
    return;
  }
  throw Error(Code::internal, "cannot match colours: the " + std::string(what) + " of " +
                                  size_text(image.width, image.height) + " has " + std::to_string(image.pixels.size()) +
                                  " bytes");
}

}  // namespace

Image match_colours(const Image& picture, const Image& reference) {
  check_buffer(picture, "picture");
  check_buffer(reference, "reference");
  Channels lab = lab_channels(picture);
  const Channels wanted = lab_channels(reference);
  if (is_flat(lab.l) || !is_flat(wanted.l)) match(lab.l, wanted.l);
  match(lab.a, wanted.a);
  match(lab.b, wanted.b);
  Image result = {picture.width, picture.height, {}};
  result.pixels.reserve(picture.pixels.size());
  for (size_t i = 0; i < lab.l.size(); ++i) {
    const Rgb colour = to_rgb({lab.l[i] / kUnitsOfL, lab.a[i], lab.b[i]});
    result.pixels.insert(result.pixels.end(), colour.begin(), colour.end());
  }
  return result;
}

}  // namespace redraw
