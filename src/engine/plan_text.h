// The plan of a run, for people and for the metadata.
#pragma once

#include <string>

#include "pipelines/generate.h"
#include "request/settings.h"

namespace redraw {

/// "strength 0.7 x 10 steps: running 7 of 10, from t=601, sigma=2.29; sampler ddim (program), guidance 4 (model), ..."
std::string plan_line(const Settings& settings, const GeneratePlan& plan);

/// "hint: 4 steps are few; ..." where an image-to-image run takes so few that pictures come out rough; else empty.
std::string few_steps_hint(const Settings& settings, const GeneratePlan& plan);

/// Says whose encoder makes the latent of the picture, where `vae` is a tiny decoder that has none; else empty.
std::string encoder_line(const Settings& settings, const ModelSpec& model);

/// The metadata that goes into the PNG: version, model, every field with its value and origin, the plan. JSON with
/// sorted keys; nothing in it depends on time or place, so that equal requests give equal bytes.
std::string metadata_json(const Settings& settings, const ModelSpec& model, const GenerateRequest& request,
                          const GeneratePlan& plan, int threads);

}  // namespace redraw
