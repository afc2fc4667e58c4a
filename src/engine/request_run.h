// A request at work.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/run_canvas.h"
#include "engine/run_teller.h"
#include "engine/used_files.h"
#include "library/resolve_model.h"
#include "pipelines/memory_need.h"
#include "redraw/result.h"
#include "request/resolved_request.h"

namespace redraw {

/// What the pictures of a request share: the model, what it states, and the pictures that the request brings, which are
/// read once.
class RequestRun {
 public:
  /// Reads the pictures. All must outlive it. Throws as resolve, run_canvas and check_fits_model.
  RequestRun(const StableDiffusion& model, const ChosenModel& choice, const Request& request, UsedFiles& files);

  /// How many pictures go through the network at once: what the request asks for, or 1 where the sampler's decisions
  /// look at the whole latent, so that each picture is the one that it is alone.
  int64_t batch_size() const { return batch_size_; }

  struct Batch {
    std::vector<Result> pictures;
    bool cancelled = false;
    int64_t steps_run = 0;  ///< of each picture
  };
  /// Makes one batch: pictures that differ by their seeds alone. seed_notes: what was drawn for it. Makes no picture
  /// where the run was cancelled.
  Batch make(std::span<const Request> requests, const std::vector<std::string>& seed_notes, double load_seconds,
             RunTeller& teller);

 private:
  GenerateRequest generation_of(std::span<const ResolvedRequest> pictures) const;
  void plan_memory_of(const ResolvedRequest& request, GenerateRequest& generation, RunTeller& teller) const;
  Result finished(const ResolvedRequest& request, const GenerateRequest& generation, const GeneratePlan& plan,
                  const Image& made, const std::map<std::string, UsedFile>& files) const;

  const StableDiffusion& model_;
  UsedFiles& files_;
  ModelDefaults defaults_;
  RunCanvas canvas_;
  std::optional<Image> colours_;
  int64_t batch_size_ = 1;
};

}  // namespace redraw
