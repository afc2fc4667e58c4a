#include "image/plot/plot_axis.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace redraw {
namespace {

constexpr double kSlack = 1e-9;       // so that 0.3 / 0.1 counts as 3
constexpr double kSmallest = 1e-100;  // far from where powers of ten are no longer exact
constexpr auto kMantissas = std::to_array<int64_t>({1, 2, 5});

// mantissa * 10^exponent
struct RoundNumber {
  int64_t mantissa;
  int exponent;

  double value() const {
    const double mantissa_value = static_cast<double>(mantissa);
    // Dividing by a power of ten that is exact gives the nearest double to what the text says.
    return exponent < 0 ? mantissa_value / std::pow(10.0, -exponent) : mantissa_value * std::pow(10.0, exponent);
  }
};

// "0.05", "20", "1000"; "2e-7" and "3e8" where zeros would have to be counted.
std::string text_of(RoundNumber number, int largest_exponent) {
  if (number.mantissa == 0) return "0";
  std::array<char, 64> buffer = {};
  if (number.exponent >= -4 && largest_exponent < 6) {
    const auto end = std::to_chars(buffer.begin(), buffer.end(), number.value(), std::chars_format::fixed,
                                   std::max(-number.exponent, 0));
    return {buffer.begin(), end.ptr};
  }
  const auto end = std::to_chars(buffer.begin(), buffer.end(), number.value(), std::chars_format::scientific);
  std::string text(buffer.begin(), end.ptr);
  // Of "e+06" and "e-07" to "e6" and "e-7".
  size_t exponent = text.find('e') + 1;
  if (text[exponent] == '-') {
    ++exponent;
  } else {
    text.erase(exponent, 1);
  }
  if (text[exponent] == '0') text.erase(exponent, 1);
  return text;
}

int exponent_of(double value) {
  return static_cast<int>(std::floor(std::log10(value) + kSlack));
}

Axis with_even_ticks(const AxisRequest& request) {
  const double size = std::max(std::abs(request.low), std::abs(request.high));
  double low = request.low;
  double high = request.high;
  if (high - low <= std::max(size * kSlack, kSmallest)) {
    const double room = request.has_whole_values || size <= kSmallest ? 1.0 : size / 10;
    low -= room;
    high += room;
  }
  int exponent = exponent_of((high - low) / static_cast<double>(request.max_ticks)) - 1;
  if (request.has_whole_values) exponent = std::max(exponent, 0);
  for (;; ++exponent) {
    for (const int64_t mantissa : kMantissas) {
      const double step = RoundNumber{mantissa, exponent}.value();
      const bool is_tight = request.is_tight;
      const int64_t first = std::llround(is_tight ? std::ceil(low / step - kSlack) : std::floor(low / step + kSlack));
      const int64_t last = std::llround(is_tight ? std::floor(high / step + kSlack) : std::ceil(high / step - kSlack));
      if (last - first >= request.max_ticks) continue;
      Axis axis = {low, high, false, {}};
      const int largest_exponent = exponent_of(std::max(std::abs(low), std::abs(high)));
      for (int64_t i = first; i <= last; ++i) {
        const RoundNumber number = {i * mantissa, exponent};
        axis.ticks.push_back({number.value(), text_of(number, largest_exponent)});
      }
      if (!is_tight) {
        axis.low = axis.ticks.front().value;
        axis.high = axis.ticks.back().value;
      }
      return axis;
    }
  }
}

// From the last of 1, 2 and 5 times a power of ten that is not above `low` to the first that is not below `high`.
std::vector<RoundNumber> round_numbers_around(double low, double high) {
  std::vector<RoundNumber> numbers;
  for (int exponent = exponent_of(low);; ++exponent) {
    for (const int64_t mantissa : kMantissas) {
      const RoundNumber number = {mantissa, exponent};
      if (number.value() <= low * (1 + kSlack)) numbers.clear();
      numbers.push_back(number);
      if (number.value() >= high * (1 - kSlack)) return numbers;
    }
  }
}

Axis with_logarithmic_ticks(const AxisRequest& request) {
  const bool is_flat = request.high <= request.low * (1 + kSlack);
  const double low = is_flat ? request.low / 2 : request.low;
  const double high = is_flat ? request.high * 2 : request.high;
  const std::vector<RoundNumber> numbers = round_numbers_around(low, high);
  const auto count = static_cast<int64_t>(numbers.size());
  if (count < 3) {
    Axis axis = with_even_ticks(request);
    axis.is_logarithmic = true;
    return axis;
  }
  const int64_t decades = numbers.back().exponent - numbers.front().exponent + 1;
  const int64_t stride = (decades + request.max_ticks - 1) / request.max_ticks;
  Axis axis = {numbers.front().value(), numbers.back().value(), true, {}};
  for (const RoundNumber& number : numbers) {
    const bool is_shown = count <= request.max_ticks || (number.mantissa == 1 && number.exponent % stride == 0);
    if (is_shown) axis.ticks.push_back({number.value(), text_of(number, number.exponent)});
  }
  return axis;
}

}  // namespace

double Axis::share_of(double value) const {
  if (is_logarithmic) return std::log(value / low) / std::log(high / low);
  return (value - low) / (high - low);
}

Axis choose_axis(const AxisRequest& request) {
  return request.is_logarithmic ? with_logarithmic_ticks(request) : with_even_ticks(request);
}

}  // namespace redraw
