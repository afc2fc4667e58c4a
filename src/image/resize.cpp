#include "image/resize.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"

namespace redraw {
namespace {

constexpr double kLobes = 3.0;
constexpr int64_t kMaxPixelsBetween = 128'000'000;

// Weights are multiples of 2^-22. Their absolute values sum to less than 1.5, so 255 times that stays below 2^31.
constexpr int kWeightBits = 22;

double sinc(double x) {
  if (x == 0.0) return 1.0;
  const double angle = std::numbers::pi * x;
  return std::sin(angle) / angle;
}

double lanczos(double distance) {
  return distance >= -kLobes && distance < kLobes ? sinc(distance) * sinc(distance / kLobes) : 0.0;
}

// Which old samples make up each new one, and with what weight; the weights of one sample sum to 1.
struct Taps {
  struct Range {
    int64_t first;  // old sample
    int64_t count;
    size_t weights;  // index of the first weight
  };
  std::vector<Range> ranges;
  std::vector<int32_t> weights;
};

Taps lanczos_taps(int64_t old_size, int64_t new_size) {
  const double step = static_cast<double>(old_size) / static_cast<double>(new_size);
  const double widening = std::max(step, 1.0);
  const double reach = kLobes * widening;
  Taps taps;
  taps.ranges.reserve(static_cast<size_t>(new_size));
  std::vector<double> row;
  for (int64_t i = 0; i < new_size; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * step;
    const auto first = std::max<int64_t>(0, std::llround(centre - reach));
    const auto end = std::min<int64_t>(old_size, std::llround(centre + reach));
    row.clear();
    double sum = 0.0;
    for (int64_t k = first; k < end; ++k) {
      row.push_back(lanczos((static_cast<double>(k) - centre + 0.5) / widening));
      sum += row.back();
    }
    taps.ranges.push_back({first, end - first, taps.weights.size()});
    for (const double weight : row) {
      taps.weights.push_back(static_cast<int32_t>(std::lround(weight / sum * (1 << kWeightBits))));
    }
  }
  return taps;
}

uint8_t to_sample(int32_t sum) {
  return static_cast<uint8_t>(std::clamp(sum >> kWeightBits, 0, 255));  // Lanczos overshoots beyond 0 and 255
}

constexpr int32_t kHalf = 1 << (kWeightBits - 1);  // makes the shift round to the nearest

Image resize_columns(const Image& image, int64_t width, const std::function<void()>& between_rows) {
  const Taps taps = lanczos_taps(image.width, width);
  Image resized = {width, image.height, {}};
  resized.pixels.resize(static_cast<size_t>(width * image.height * 3));
  uint8_t* to = resized.pixels.data();
  for (int64_t y = 0; y < image.height; ++y) {
    if (between_rows) between_rows();
    const uint8_t* const row = image.pixels.data() + y * image.width * 3;
    for (const Taps::Range& range : taps.ranges) {
      const uint8_t* from = row + range.first * 3;
      const int32_t* const weights = taps.weights.data() + range.weights;
      int32_t red = kHalf;
      int32_t green = kHalf;
      int32_t blue = kHalf;
      for (int64_t tap = 0; tap < range.count; ++tap, from += 3) {
        red += weights[tap] * from[0];
        green += weights[tap] * from[1];
        blue += weights[tap] * from[2];
      }
      *to++ = to_sample(red);
      *to++ = to_sample(green);
      *to++ = to_sample(blue);
    }
  }
  return resized;
}

Image resize_rows(const Image& image, int64_t height, const std::function<void()>& between_rows) {
  const Taps taps = lanczos_taps(image.height, height);
  Image resized = {image.width, height, {}};
  const int64_t samples = image.width * 3;
  resized.pixels.resize(static_cast<size_t>(samples * height));
  std::vector<int32_t> sums(static_cast<size_t>(samples));
  uint8_t* to = resized.pixels.data();
  for (const Taps::Range& range : taps.ranges) {
    if (between_rows) between_rows();
    std::ranges::fill(sums, kHalf);
    for (int64_t tap = 0; tap < range.count; ++tap) {
      const int32_t weight = taps.weights[range.weights + static_cast<size_t>(tap)];
      const uint8_t* const from = image.pixels.data() + (range.first + tap) * samples;
      int32_t* const sum = sums.data();
      for (int64_t i = 0; i < samples; ++i) sum[i] += weight * from[i];
    }
    to = std::ranges::transform(sums, to, to_sample).out;
  }
  return resized;
}

void check_resizing(const Image& image, int64_t width, int64_t height) {
  const bool is_sound = image.width >= 1 && image.height >= 1 &&
                        image.pixels.size() == static_cast<size_t>(image.width * image.height * 3);
  if (!is_sound || width < 1 || height < 1) {
    throw Error(Code::internal, "cannot resize an image of " + size_text(image.width, image.height) + " with " +
                                    std::to_string(image.pixels.size()) + " bytes to " + size_text(width, height));
  }
  if (width > kMaxPixelsBetween / image.height || width > kMaxPixelsBetween / height) {
    throw Error(Code::bad_size, "resizing a picture of " + size_text(image.width, image.height) + " to " +
                                    size_text(width, height) + " needs too much memory; choose a smaller size");
  }
}

}  // namespace

Image resize_lanczos(const Image& image, int64_t width, int64_t height, const std::function<void()>& between_rows) {
  check_resizing(image, width, height);
  if (width == image.width) return height == image.height ? image : resize_rows(image, height, between_rows);
  Image resized = resize_columns(image, width, between_rows);
  return height == image.height ? resized : resize_rows(resized, height, between_rows);
}

}  // namespace redraw
