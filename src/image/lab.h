// CIE LAB, where a distance is about how different two colours look.
#pragma once

#include "image/plot/canvas.h"

namespace redraw {

/// Of 8-bit sRGB colours: L from 0 to 100, a (green to red) from -86.2 to 98.3, b (blue to yellow) from -107.9 to 94.5.
struct Lab {
  double l = 0.0;
  double a = 0.0;
  double b = 0.0;
};

/// sRGB (IEC 61966-2-1, its matrix) to CIE 1976 L*a*b* and back, in double precision. White is the colour of 255, 255,
/// 255 under that matrix (D65: 0.9505, 1, 1.089), so a grey has a and b of 0 except for the last bits. OpenCV,
/// scikit-image and libvips have other digits in white and matrix: they are within 0.04 of this, and their greys are a
/// little off 0. libvips moves half a percent of all colours by a level on the way there and back; here none moves.
Lab to_lab(Rgb colour);

/// The nearest 8-bit colour, each channel limited to 0..255 by itself: LAB holds colours that no screen shows.
Rgb to_rgb(const Lab& lab);

}  // namespace redraw
