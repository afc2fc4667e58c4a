// What a converted model says about itself besides its tensors, so that its meaning is that of its source. Internal to
// checkpoint.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "weights/safetensors/safetensors_writer.h"

namespace redraw {

struct SelfDescription {
  Metadata metadata;
  std::vector<std::string> marks = {};  ///< marker tensors (prediction.h)
  std::vector<std::string> notes =
      {};  ///< a sentence each, for people: what other programs will not know, what is lost
};

/// The source's metadata that is still true of a copy: not its checksums, nor thumbnails and other long values, nor
/// what the files of a folder's other parts say, all of which the notes name. "format" is always there.
SelfDescription carried_metadata(const Checkpoint& source);

/// For one file of these tensors. Prediction type and zero terminal SNR are written as other programs write them
/// (prediction.h). Then the whole ModelSpec that a reader would work out of the planned file is compared with the
/// source's. The fields that differ go into redraw's own metadata (kept_configs.h), and the comparison is made again.
/// destination: the file's name, beside which a .yaml may lie. Throws Error(model_unsupported), before anything is
/// written, naming the fields that would still be read differently.
SelfDescription describe_single_file(const Checkpoint& source, const std::vector<TensorToWrite>& tensors,
                                     const std::filesystem::path& destination);

/// A marker: an empty tensor.
TensorToWrite mark_to_write(const std::string& name);

}  // namespace redraw
