// Text to image and image to image: turns a checked request into pictures.
#pragma once

#include <cstdint>
#include <vector>

#include "pipelines/encode_prompts.h"
#include "pipelines/generate_events.h"
#include "pipelines/generate_request.h"
#include "pipelines/stable_diffusion.h"

namespace redraw {

struct GenerateResult {
  std::vector<Image> images;  ///< one for each NoiseRequest; empty if cancelled
  bool cancelled = false;
  int64_t steps_run = 0;  ///< by the batch; the sum if its pictures ran one after the other
  /// Rows that the network computed. Each picture adds two for a guided call (three: edits_picture), one for an
  /// unguided.
  int64_t network_rows = 0;
  bool is_text_reused = false;    ///< an earlier run had encoded the prompts
  bool is_encode_reused = false;  ///< an earlier run had encoded the pictures, if there were any
  /// Seconds of the phases. Loading is the time for building networks, wherever that happened, and counts to no other
  /// phase. Their numbers are read when a network is first used.
  double load_seconds = 0, text_seconds = 0, encode_seconds = 0, denoise_seconds = 0, decode_seconds = 0;
};

/// Runs a plan. Every picture of a batch is the same as if it ran alone. Every operator checks the run's cancellation
/// (Backend::RunScope), and long operators check it while they work. A cancelled run is a result, not an error.
GenerateResult generate(const StableDiffusion& model, const GenerateRequest& request, const GeneratePlan& plan,
                        const GenerateEvents& events = {});

}  // namespace redraw
