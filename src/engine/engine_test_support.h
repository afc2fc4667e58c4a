// What tests of the engine share.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "redraw/engine.h"

namespace redraw {

inline std::string project_file(const std::string& name) {
  return std::string(REDRAW_SOURCE_DIR) + "/" + name;
}

/// Two steps on a drawing, with the model in the box: 128 pixels wide and high.
inline Request small_request() {
  return {.prompt = "fire",
          .inputs = RequestInputs{.init = Picture::file(project_file("examples/fire-drawing.png"))},
          .steps = RequestSteps{.strength = 0.5, .steps = 4},
          .noise = RequestNoise{.seed = 3},
          .model = RequestModel{.model = project_file("models/emoji-128")}};
}

inline std::vector<Result> each_of(Engine& engine, const Request& request) {
  std::vector<Result> results;
  engine.run_each(request, {.on_picture = [&](Result result) { results.push_back(std::move(result)); }});
  return results;
}

}  // namespace redraw
