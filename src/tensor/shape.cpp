#include "tensor/shape.h"

#include <algorithm>

#include "base/checked.h"

namespace redraw {

Shape::Shape(std::span<const int64_t> extents) : rank_(extents.size()) {
  if (extents.size() > kMaxRank) throw Error(Code::bad_size, "a tensor has at most 5 dimensions");
  std::copy(extents.begin(), extents.end(), extents_.begin());
  for (int64_t extent : extents) {
    if (extent < 0) throw Error(Code::bad_size, "the extent of a tensor is negative");
    elements_ = checked_mul(elements_, extent, Code::bad_size, "a tensor's shape");
  }
}

std::string Shape::to_string() const {
  std::string text = "[";
  for (size_t i = 0; i < rank_; ++i) text += (i ? ", " : "") + std::to_string(extents_[i]);
  return text + "]";
}

}  // namespace redraw
