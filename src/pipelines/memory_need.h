// How much memory a run takes, known before it begins.
#pragma once

#include <cstdint>
#include <string>

#include "pipelines/generate.h"

namespace redraw {

/// Bytes that a part of a run takes while it is at work.
struct PhaseNeed {
  uint64_t weights = 0;      ///< packed
  uint64_t activations = 0;  ///< with what the kernels need beside them
  uint64_t total() const { return weights + activations; }
};

/// Of a run with these sizes, and as many pictures at once. Every phase can do without the networks of the others.
struct MemoryNeed {
  PhaseNeed text;
  PhaseNeed encode;  ///< of the picture; nothing without one
  PhaseNeed denoise;
  PhaseNeed decode;
  uint64_t program = 0;  ///< what does not depend on the run

  /// With all networks kept from one run to the next.
  uint64_t keeping_all() const;
  /// With each network let go when its part is done. has_previews: pictures are decoded between the steps.
  uint64_t releasing(bool has_previews) const;
  /// "text 0.5 GiB, encode 0.4, denoise 3.9, decode 1.1"
  std::string text_form() const;
};

/// By running the networks on shapes alone: no number is computed and hardly any memory touched.
MemoryNeed memory_need(const StableDiffusion& model, const GenerateRequest& request);

/// What a run does about a limit. Throws Error(model_too_large) with the figures when even releasing is not enough.
struct MemoryPlan {
  bool is_releasing = false;
  std::string line;  ///< what is done, with the figures, for people
};
MemoryPlan plan_memory(const MemoryNeed& need, uint64_t limit_bytes, bool has_previews);

}  // namespace redraw
