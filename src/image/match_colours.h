// Giving one picture the colours of another.
#pragma once

#include "image/image.h"

namespace redraw {

/// The picture with the colours of the reference. In CIE LAB (see lab.h) a rising curve gives each of L, a and b the
/// reference's distribution. InvokeAI 2's --init_color does this after generation, in Generate.correct_colors: OpenCV's
/// LAB of 8 bits, skimage.exposure.match_histograms for each channel, and back.
///
/// The curve is made from the same 8 bits, which take the grain of a white background for one value. From finer values
/// it would stretch that grain to the reference's strongest colours. But the result is not cut to 8 bits of LAB. The
/// curve's values are kept as they are. What the 8 bits leave out of the picture is kept too, lessened in a channel
/// where the reference has less spread. So a picture matched to itself comes back byte for byte, and gradients stay
/// smooth.
///
/// Sizes may differ; the result has the picture's. Two cases differ from match_histograms, which would paint the whole
/// picture in one colour:
/// - A channel with one value only in the picture, as a and b of a grey one, gets the reference's mean, not its largest
/// value. So a flat picture takes the reference's mean colour, and a grey one its mean tint.
/// - A reference of one lightness says nothing about light and shade, so the picture keeps its L: matched to a flat
/// colour, a picture is tinted in it.
/// A grey reference makes a grey picture. Colours outside of sRGB are limited to 0..255 for each channel.
///
/// picture, reference: at least one pixel each. Throws Error(internal) for a buffer that does not match its image.
Image match_colours(const Image& picture, const Image& reference);

}  // namespace redraw
