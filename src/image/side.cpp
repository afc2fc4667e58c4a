#include "image/side.h"

#include "base/error.h"

namespace redraw {

std::string side_range() {
  return "a multiple of " + std::to_string(kSideStep) + ", " + std::to_string(kMinSide) + " to " +
         std::to_string(kMaxSide);
}

void check_side(std::string_view field, int64_t side) {
  const std::string must = std::string(field) + " is " + std::to_string(side) + ", but must be " + side_range();
  if (side < kMinSide) throw Error(Code::out_of_range, must + "; the nearest is " + std::to_string(kMinSide));
  if (side > kMaxSide) throw Error(Code::out_of_range, must + "; the nearest is " + std::to_string(kMaxSide));
  if (side % kSideStep == 0) return;
  const int64_t below = side / kSideStep * kSideStep;
  throw Error(Code::bad_size,
              must + "; the nearest are " + std::to_string(below) + " and " + std::to_string(below + kSideStep));
}

void check_fitted_side(std::string_view field, int64_t side) {
  const bool is_short = side >= kSideStep && side < kMinSide && side % kSideStep == 0;
  if (!is_short) check_side(field, side);
}

}  // namespace redraw
