// The record of a picture: how it was made, kept in its file.
#pragma once

#include <map>
#include <string>

#include "pipelines/generate.h"
#include "request/resolved_request.h"

namespace redraw {

/// A file that a picture was made of.
struct UsedFile {
  std::string name;    ///< without its place on somebody's disk
  std::string sha256;  ///< 64 hexadecimal digits
};

struct RecordSource {
  const ResolvedRequest& request;
  const ModelSpec& model;
  const GenerateRequest& generation;
  const GeneratePlan& plan;
  std::map<std::string, UsedFile> files;  ///< by field: "model", "vae", "model_config", "init", "init_color"
};

/// JSON with sorted keys. Nothing in it depends on time, place, threads or who chose a value, so that a picture asked
/// for with a drawn seed, a given one or spelled-out defaults has one and the same record.
std::string record_json(const RecordSource& source);

}  // namespace redraw
