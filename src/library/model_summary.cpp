#include "library/model_summary.h"

#include "library/model_files.h"
#include "pipelines/runnable.h"
#include "request/model_defaults.h"

namespace redraw {

ModelSummary summarise_model(const std::filesystem::path& path, const CheckpointOptions& options) {
  const Checkpoint checkpoint = Checkpoint::open(path, options);
  require_runnable(checkpoint);
  static_cast<void>(read_model_defaults(checkpoint));
  const ModelSpec& spec = checkpoint.spec();
  std::string family(name_of(spec.family));
  if (spec.input != UNetInput::latent) family += " " + std::string(name_of(spec.input));
  return {.format = std::string(checkpoint.parts().front().file->format()),
          .family = std::move(family),
          .prediction_type = std::string(name_of(spec.scheduler.prediction_type)),
          .bytes = model_files(path).bytes};
}

}  // namespace redraw
