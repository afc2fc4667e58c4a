// Compares a model's files with their recorded checksums.
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
  std::string sha256;           ///< computed now; empty if the files could not be read
  std::string vae_sha256 = {};  ///< the same for the autoencoder that was given with it
  std::string text;             ///< the whole line, for people
  /// The fault: model_changed, file_not_found, or the file's own error. Not set for recorded and same.
  Code code = Code::internal;

  bool is_good() const { return state == VerifyState::recorded || state == VerifyState::same; }
};

/// Reads all files of the model and of the autoencoder that was given with it, and checks the lists of tensors. The
/// first time it records their checksums. Later it compares with the recorded ones, which stay. Throws Error as
/// ModelRegistry.
Verification verify_model(ModelRegistry& registry, const RegisteredModel& model);

}  // namespace redraw
