// The plan of a run, for people.
#pragma once

#include <string>

#include "pipelines/generate.h"
#include "request/resolved_request.h"

namespace redraw {

/// "strength 0.7 x 10 steps: running 7 of 10, from t=601, sigma=2.29; sampler ddim (program), guidance 4 (model), ..."
std::string plan_line(const ResolvedRequest& request, const GeneratePlan& plan);

/// "4 steps are few; ..." where an image-to-image run takes so few that pictures come out rough; else empty.
std::string few_steps_hint(const ResolvedRequest& request, const GeneratePlan& plan);

/// Says whose encoder makes the latent of the picture, where `vae` is a tiny decoder that has none; else empty.
std::string encoder_line(const ResolvedRequest& request, const ModelSpec& model);

}  // namespace redraw
