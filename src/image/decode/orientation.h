// Turning a picture the way its camera was held.
#pragma once

#include "image/image.h"

namespace redraw {

/// Undoes an EXIF orientation (EXIF 2.32, tag 0x0112): 1 as stored, 2 mirrored left-right, 3 turned by 180 degrees,
/// 4 mirrored top-bottom, 5 to 8 the same with rows and columns exchanged. Throws Error(internal) outside 1..8.
Image turn_upright(const Image& stored, int orientation);

}  // namespace redraw
