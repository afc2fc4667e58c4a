// Computes how much memory a run takes before it starts.
#pragma once

#include <cstdint>
#include <string>

#include "pipelines/generate.h"

namespace redraw {

/// Bytes that a part of a run takes while it works.
struct PhaseNeed {
  uint64_t weights = 0;      ///< packed
  uint64_t activations = 0;  ///< including what the kernels need beside them
  uint64_t total() const { return weights + activations; }
};

/// The need of a run with these sizes and this many pictures at once. Every phase works without the others' networks.
struct MemoryNeed {
  PhaseNeed text;
  PhaseNeed encode;  ///< of the picture; nothing if there is none
  PhaseNeed denoise;
  PhaseNeed decode;
  uint64_t program = 0;  ///< everything that does not depend on the run, with the encodings of earlier runs

  /// If all networks are kept from one run to the next.
  uint64_t keeping_all() const;
  /// If each network is freed when its part is done. has_previews: pictures are decoded between the steps.
  uint64_t releasing(bool has_previews) const;
  /// "text 0.5 GiB, encode 0.4, denoise 3.9, decode 1.1"
  std::string text_form() const;
};

/// Runs the networks on shapes alone: computes no number and touches hardly any memory.
MemoryNeed memory_need(const StableDiffusion& model, const GenerateRequest& request);

/// Decides how a run obeys a limit. Throws Error(model_too_large) with the figures if even freeing networks is not
/// enough.
struct MemoryPlan {
  bool is_releasing = false;
  std::string line;  ///< the decision with the figures, for people
};
MemoryPlan plan_memory(const MemoryNeed& need, uint64_t limit_bytes, bool has_previews);

/// The same for a request about to run. Frees what earlier runs left in memory and its need does not count: networks it
/// does not use, kept blocks of the pool and, if the limit has no room for them, encodings.
MemoryPlan make_room(const StableDiffusion& model, const GenerateRequest& request, uint64_t limit_bytes);

}  // namespace redraw
