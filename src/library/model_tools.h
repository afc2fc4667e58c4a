// Inspects and converts models for the command line.
#pragma once

#include <string>

namespace redraw {

/// A model, and what the user says about it against its files. Texts are as on the command line, empty if not given.
struct ModelToOpen {
  std::string model;
  std::string models_root = {};
  std::string prediction = {};
  std::string vae = {};
  std::string model_config = {};
};

struct ModelReport {
  std::string text;  ///< lines for people
  std::string json;  ///< one line
  bool is_whole;     ///< nothing is missing, and every shape is right
};
/// Reads the whole model once to compute its SHA-256. Throws Error as resolve_model and Checkpoint::open.
ModelReport inspect_model(const ModelToOpen& asked);

struct Conversion {
  std::string destination;
  std::string layout = {};         ///< "ldm", "diffusers"; empty: decided by the destination's name
  std::string precision = "keep";  ///< "keep", "f32", "f16", "bf16"
  bool is_overwriting = false;
};
/// Returns what was written, as lines for people or one line of JSON. Throws Error as convert, unknown_name, and for a
/// single file as require_standard_tokenizers.
std::string convert_model(const ModelToOpen& asked, const Conversion& conversion, bool json);

}  // namespace redraw
