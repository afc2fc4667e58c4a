#include "pipelines/guidance.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/decimal.h"
#include "base/error.h"

namespace redraw {
namespace {

void check_within(const char* field, double value, double low, double high) {
  if (std::isnan(value)) throw Error(Code::not_a_number, std::string(field) + " is not a number");
  if (value < low || value > high) {
    throw Error(Code::out_of_range, std::string(field) + " is " + decimal(value) + ", but must be " + decimal(low) +
                                        " to " + decimal(high));
  }
}

}  // namespace

double guidance_scale(const Guidance& guidance, int64_t index, int64_t count) {
  const double share = static_cast<double>(index) / static_cast<double>(count);
  if (share < guidance.begin || share >= guidance.end) return 1.0;
  const auto at = static_cast<size_t>(index);
  return at < guidance.scales.size() ? guidance.scales[at] : guidance.scale;
}

bool is_guided(const Guidance& guidance, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    if (guidance_scale(guidance, i, count) > 1.0) return true;
  }
  return false;
}

void check_guidance(const Guidance& guidance, int64_t count) {
  constexpr double kLargestScale = 100;
  check_within("cfg_scale", guidance.scale, 0, kLargestScale);
  check_within("image_cfg_scale", guidance.picture_scale, 1, kLargestScale);
  check_within("cfg_rescale", guidance.rescale, 0, 1);
  check_within("guidance_start", guidance.begin, 0, 1);
  check_within("guidance_end", guidance.end, 0, 1);
  if (guidance.begin >= guidance.end) {
    throw Error(Code::out_of_range, "guidance_start is " + decimal(guidance.begin) +
                                        ", but must be below guidance_end, " + decimal(guidance.end) +
                                        "; a cfg_scale of 1 turns guidance off");
  }
  if (!guidance.scales.empty() && std::ssize(guidance.scales) != count) {
    throw Error(Code::out_of_range, "cfg_scales has " + std::to_string(guidance.scales.size()) + " entries, but " +
                                        std::to_string(count) + " steps are run; give one for each");
  }
  for (double scale : guidance.scales) check_within("an entry of cfg_scales", scale, 0, kLargestScale);
}

}  // namespace redraw
