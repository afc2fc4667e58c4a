// What a model on disk holds, and what it lacks.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"

namespace redraw {

/// One network of a model.
struct PartSummary {
  std::string name;
  std::string path;  ///< of its file
  int64_t tensors = 0;
  int64_t parameters = 0;
  uint64_t bytes = 0;
  std::map<std::string, int64_t> precisions;  ///< "F16" -> how many tensors
  PartReport report;
};

struct ModelInspection {
  std::string format;  ///< "safetensors, single file", ...
  uint64_t bytes = 0;  ///< of all parts
  std::vector<PartSummary> parts;
  std::vector<std::string> unexpected;        ///< tensors that no network of the family has, and nobody knows
  std::map<std::string, int64_t> left_overs;  ///< known remains of training: what they are -> how many
  std::vector<std::string> tokenizer_faults;  ///< why a tokenizer cannot be used, with its place and what to do
  std::vector<std::string> notes;             ///< what is odd and does no harm
  bool is_whole() const;
};
ModelInspection inspect(const Checkpoint& checkpoint);

/// The file's tensors that belong to no network of the model, sorted: unexpected ones, remains of training, and marks
/// whose word was not taken; not those of an autoencoder that was replaced.
std::vector<std::string> tensors_without_place(const Checkpoint& checkpoint);

}  // namespace redraw
