#include "engine/picture_seeds.h"

#include <string_view>
#include <utility>

#include "request/drawn_seed.h"

namespace redraw {
namespace {

bool varies(const Request& request) {
  return request.noise.variation_amount.value_or(0) != 0;
}

}  // namespace

DrawnSeeds draw_seeds(Request request, int64_t images) {
  DrawnSeeds drawn{.request = std::move(request), .notes = {}};
  const auto draw = [&](std::optional<uint64_t>& seed, const std::string& name) {
    if (seed) return;
    seed = drawn_seed();
    drawn.notes.push_back(name + " " + std::to_string(*seed) +
                          (images == 1 ? " (drawn)" : " (drawn), and on from there"));
  };
  RequestNoise& noise = drawn.request.noise;
  // A list of variations moves the noise of a seed that is known: a request without one is refused, not completed.
  if (!noise.with_variations) draw(noise.seed, "seed");
  if (varies(drawn.request)) draw(noise.variation_seed, "variation seed");
  return drawn;
}

Request request_of_picture(Request request, int64_t index) {
  std::optional<uint64_t>& moving = varies(request) ? request.noise.variation_seed : request.noise.seed;
  if (moving) *moving += static_cast<uint64_t>(index);
  return request;
}

}  // namespace redraw
