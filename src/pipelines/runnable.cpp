#include "pipelines/runnable.h"

#include "base/error.h"
#include "checkpoint/tokenizers.h"

namespace redraw {

void require_networks(const Checkpoint& checkpoint) {
  if (checkpoint.spec().family == Family::sdxl_refiner) {
    throw Error(Code::model_unsupported,
                checkpoint.path().string() +
                    ": is the SDXL refiner, which only finishes pictures of the base model; use the base model");
  }
  checkpoint.require_whole();
}

void require_runnable(const Checkpoint& checkpoint) {
  require_networks(checkpoint);
  require_tokenizers(checkpoint);
}

}  // namespace redraw
