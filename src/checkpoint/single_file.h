// A model in one file: which parts it has and what their configurations would be.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/family.h"
#include "checkpoint/model_configs.h"
#include "weights/weights_file.h"

namespace redraw {

/// A part of a single file, and what the names of its tensors begin with there.
struct SingleFilePart {
  std::string name;    ///< diffusers' name of the part: "unet", "vae", "text_encoder", "text_encoder_2"
  std::string prefix;  ///< "model.diffusion_model.", ...; may be empty
  bool is_open_clip = false;
  int64_t stored_layers = 0;  ///< of a text encoder
};

struct SingleFile {
  Family family = Family::sd1;
  std::vector<SingleFilePart> parts;  ///< in the order unet, vae, text encoders; those that are there
  ModelConfigs configs;
  /// How it was decided, a sentence each.
  std::vector<std::string> decisions;
  std::vector<std::string> marks = {};  ///< marker tensors whose word was taken (prediction.h)

  const SingleFilePart* find(std::string_view part) const;
};

/// The prefix that the published files of a family use for a part.
std::string_view published_prefix(Family family, std::string_view part);

/// Decides family and configurations from the names and shapes of the tensors alone: layers and widths are counted;
/// heads are 8 in a UNet whose transformers project by 1x1 convolutions (SD 1) and of width 64 elsewhere. The
/// prediction type of an SD 2 file is not in its shapes: see decide_prediction. What the file says in redraw's own
/// metadata goes before what is worked out (kept_configs.h). prediction: what the user says it is;
/// empty: to be decided. Throws Error(model_unsupported) with the reason for a file that is no Stable Diffusion, or one
/// of a kind that redraw does not support (depth, unCLIP, upscaler, EDM); those of read_kept_configs.
SingleFile read_single_file(const WeightsFile& file, std::string_view prediction = {});

}  // namespace redraw
