// Models that are open.
#pragma once

#include <filesystem>
#include <list>
#include <utility>
#include <vector>

#include "base/file_identity.h"
#include "library/resolve_model.h"
#include "pipelines/stable_diffusion.h"

namespace redraw {

/// Keeps the last few models open: their configurations and lists of tensors. Networks are in the caches, which know
/// them by their files, so that a model opened anew finds its own there. Not for use from two threads at once.
class OpenModels {
 public:
  /// The caches must outlive it. vocabulary: the folder of CLIP's (library/default_model.h).
  OpenModels(PipelineCaches& caches, std::filesystem::path vocabulary)
      : caches_(caches), vocabulary_(std::move(vocabulary)) {}

  /// The model, opened again where one of its files is another than it was. Valid until the next call. Throws as
  /// Checkpoint::open and StableDiffusion.
  const StableDiffusion& get(const ChosenModel& choice);

 private:
  struct Entry {
    ChosenModel choice;
    std::vector<FileIdentity> files;
    StableDiffusion model;
  };

  PipelineCaches& caches_;
  std::filesystem::path vocabulary_;
  std::list<Entry> entries_;  ///< the last used first
};

}  // namespace redraw
