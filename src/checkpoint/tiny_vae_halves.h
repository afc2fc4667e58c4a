// The two halves of the original TAESD, which come as two files. Internal to checkpoint.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "weights/weights_file.h"

namespace redraw {

/// "taesdxl_decoder.pth" for "taesdxl_encoder.pth" and the other way round: the last "encoder" or "decoder" of the
/// name, in small letters, capitals or with one capital. Nothing where the name has none.
std::optional<std::filesystem::path> name_of_other_half(const std::filesystem::path& file);

struct BothHalves {
  std::shared_ptr<const WeightsFile> file;  ///< of the tensors of both; its path is that of the file which was given
  std::filesystem::path other;              ///< the file that was found
};

/// The other half of a tiny autoencoder of which `file` holds one: in the same folder, by its name, with the same
/// ending or another one of weights. Nothing where the file holds no half or both, and where no such half is beside it.
/// Throws Error: those of open_weights for a file that is there.
std::optional<BothHalves> find_other_half(const std::shared_ptr<const WeightsFile>& file);

}  // namespace redraw
