// The seeds of a request's pictures.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "redraw/request.h"

namespace redraw {

/// A request's seeds with what was left open drawn.
struct DrawnSeeds {
  Request request;                 ///< with the first picture's seeds
  std::vector<std::string> notes;  ///< "seed 7 (drawn)", for people
};

/// A seed that is left open is drawn, and one of the variation where there is a variation. images: of the request; the
/// notes of several say which seed goes on from there.
DrawnSeeds draw_seeds(Request request, int64_t images);

/// The request for picture `index`, 0 being the first: the seed, or where a variation is asked for its seed, is `index`
/// more, modulo 2^64. All seeds must be given.
Request request_of_picture(Request request, int64_t index);

}  // namespace redraw
