#include "engine/picture_seeds.h"

#include <string_view>
#include <utility>

#include "request/drawn_seed.h"

namespace redraw {
namespace {

bool varies(const Request& request) {
  return request.noise.variation_amount.value_or(0) != 0;
}

// The seed that is another for each picture.
std::optional<uint64_t>& moving_seed(Request& request) {
  return varies(request) ? request.noise.variation_seed : request.noise.seed;
}

}  // namespace

DrawnSeeds draw_seeds(Request request, int64_t images) {
  DrawnSeeds drawn{.request = std::move(request), .notes = {}};
  const std::optional<uint64_t>* const moving = &moving_seed(drawn.request);
  const auto draw = [&](std::optional<uint64_t>& seed, const std::string& name) {
    if (seed) return;
    seed = drawn_seed();
    const bool goes_on = images > 1 && &seed == moving;
    drawn.notes.push_back(name + " " + std::to_string(*seed) + (goes_on ? " (drawn), and on from there" : " (drawn)"));
  };
  RequestNoise& noise = drawn.request.noise;
  // A list of variations moves the noise of a seed that is known: a request without one is refused, not completed.
  if (!noise.with_variations) draw(noise.seed, "seed");
  if (varies(drawn.request)) draw(noise.variation_seed, "variation seed");
  return drawn;
}

Request request_of_picture(Request request, int64_t index) {
  std::optional<uint64_t>& seed = moving_seed(request);
  if (seed) *seed += static_cast<uint64_t>(index);
  return request;
}

}  // namespace redraw
