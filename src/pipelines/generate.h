// Text to image and image to image, from a checked request to pictures.
#pragma once

#include <cstdint>
#include <vector>

#include "pipelines/encode_prompts.h"
#include "pipelines/generate_events.h"
#include "pipelines/generate_request.h"
#include "pipelines/stable_diffusion.h"

namespace redraw {

struct GenerateResult {
  std::vector<Image> images;  ///< one for each NoiseRequest; empty when cancelled
  bool cancelled = false;
  int64_t steps_run = 0;  ///< of the batch; of pictures that ran one after the other, of all together
  /// Rows that the network computed: of each picture two a guided call (three: edits_picture), one an unguided.
  int64_t network_rows = 0;
  bool is_text_reused = false;    ///< the prompts were encoded by an earlier run
  bool is_encode_reused = false;  ///< so were the pictures, where there were any
  /// Of the phases. Loading is what building networks took, wherever it fell; their numbers are read when a network is
  /// used for the first time.
  double load_seconds = 0, text_seconds = 0, encode_seconds = 0, denoise_seconds = 0, decode_seconds = 0;
};

/// Runs a plan. Every picture of a batch is the one that it would be alone. Every operator asks the run's cancellation
/// (Backend::RunScope), and those that take long ask while they work; a cancelled run is a result, not an error.
GenerateResult generate(const StableDiffusion& model, const GenerateRequest& request, const GeneratePlan& plan,
                        const GenerateEvents& events = {});

}  // namespace redraw
