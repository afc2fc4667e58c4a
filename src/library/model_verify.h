// Whether a model's files are what they were.
#pragma once

#include <string>
#include <string_view>

#include "library/model_registry.h"
#include "redraw/error.h"

namespace redraw {

enum class VerifyState { recorded, same, changed, missing, damaged };
std::string_view state_name(VerifyState state);

struct Verification {
  std::string name;
  VerifyState state;
  std::string sha256;           ///< computed now; empty where the files could not be read
  std::string vae_sha256 = {};  ///< of the autoencoder that was given with it, likewise
  std::string text;             ///< the whole line, for people
  /// Of what is wrong: model_changed, file_not_found, or that of the file's own fault; not for recorded and same.
  Code code = Code::internal;

  bool is_good() const { return state == VerifyState::recorded || state == VerifyState::same; }
};

/// Reads all the model's files, those of the autoencoder that was given with it, and its lists of tensors. The first
/// time their checksums are recorded; later they are compared with the recorded ones, which stay. Throws Error as
/// ModelRegistry.
Verification verify_model(ModelRegistry& registry, const RegisteredModel& model);

}  // namespace redraw
