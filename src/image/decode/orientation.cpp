#include "image/decode/orientation.h"

#include <algorithm>
#include <array>

#include "base/error.h"

namespace redraw {
namespace {

// The tag tells on which sides of the upright picture the stored row 0 and column 0 lie.
struct Turn {
  bool swaps_axes;  // stored rows are columns of the upright picture
  bool flips_x;     // the upright x runs against the stored axis it comes from
  bool flips_y;
};
constexpr std::array<Turn, 8> kTurns = {{
    {false, false, false},  // 1: row 0 top, column 0 left
    {false, true, false},   // 2: top, right
    {false, true, true},    // 3: bottom, right
    {false, false, true},   // 4: bottom, left
    {true, false, false},   // 5: left, top
    {true, true, false},    // 6: right, top
    {true, true, true},     // 7: right, bottom
    {true, false, true},    // 8: left, bottom
}};

}  // namespace

Image turn_upright(const Image& stored, int orientation) {
  if (orientation < 1 || orientation > 8) {
    throw Error(Code::internal, "EXIF orientation " + std::to_string(orientation) + " is not one of 1 to 8");
  }
  const Turn turn = kTurns[static_cast<size_t>(orientation - 1)];
  Image upright = {turn.swaps_axes ? stored.height : stored.width, turn.swaps_axes ? stored.width : stored.height, {}};
  upright.pixels.resize(stored.pixels.size());
  uint8_t* to = upright.pixels.data();
  for (int64_t y = 0; y < upright.height; ++y) {
    const int64_t v = turn.flips_y ? upright.height - 1 - y : y;
    for (int64_t x = 0; x < upright.width; ++x, to += 3) {
      const int64_t u = turn.flips_x ? upright.width - 1 - x : x;
      const int64_t from = turn.swaps_axes ? u * stored.width + v : v * stored.width + u;
      std::copy_n(stored.pixels.data() + from * 3, 3, to);
    }
  }
  return upright;
}

}  // namespace redraw
