// The result of a run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "redraw/run_events.h"

namespace redraw {

/// A picture besides the result: the strip of the steps ("steps"), an intermediate one ("step-03").
struct ExtraPicture {
  std::string tag;
  std::vector<std::byte> png;
};

/// Seconds of each phase. A picture made in a batch has its share of the batch's seconds.
struct PhaseSeconds {
  double load = 0, text = 0, encode = 0, denoise = 0, decode = 0;

  double total() const { return load + text + encode + denoise + decode; }
};

struct Result {
  bool cancelled = false;  ///< then there is no picture
  int64_t width = 0;
  int64_t height = 0;
  std::vector<uint8_t> rgb;    ///< width * height * 3, rows from the top
  std::vector<std::byte> png;  ///< the picture as a file, with its record in it; equal requests give equal bytes
  std::string metadata;        ///< the record, JSON: every field as it was used, the plan, model, inputs, version
  std::vector<ExtraPicture> extras;
  std::vector<Note> notes;  ///< all notes about this picture, as RunEvents::on_note got them
  SchedulePlan plan;        ///< as RunEvents::on_plan got it
  uint64_t seed = 0;        ///< the one used: the request's, or drawn
  int64_t steps_run = 0;
  int64_t network_rows = 0;       ///< rows that the network computed: two for a guided call, one for an unguided call
  bool is_text_reused = false;    ///< the prompts had been encoded by an earlier run
  bool is_encode_reused = false;  ///< the picture had been encoded by an earlier run
  PhaseSeconds seconds = {};

  /// The notes that are warnings.
  std::vector<Note> warnings() const;
};

}  // namespace redraw
