// The record of a picture: how it was made, kept in its file.
#pragma once

#include <map>
#include <string>

#include "pipelines/generate.h"
#include "request/resolved_request.h"

namespace redraw {

/// The keyword of the text in a PNG file that holds the record.
inline constexpr const char* kRecordKeyword = "redraw";

/// A file that a picture was made of.
struct UsedFile {
  std::string name = {};    ///< without its place on somebody's disk
  std::string sha256 = {};  ///< 64 hexadecimal digits; empty where it is not known
};

/// A picture's name as a record holds it: what stands after the last slash, without control characters, 255 bytes at
/// most.
std::string recorded_name(const std::string& name);
/// The same of a file or folder: a path may have a slash at its end.
std::string recorded_place(const std::string& path);

struct RecordSource {
  const ResolvedRequest& request;
  const ModelSpec& model;
  const GenerateRequest& generation;
  const GeneratePlan& plan;
  FitMode fit = FitMode::stretch;         ///< how the picture came to the size of the generation
  std::map<std::string, UsedFile> files;  ///< by field: "model", "vae", "model_config", "init", "init_color"
};

/// JSON with sorted keys. Nothing in it depends on time, place, threads or who chose a value, so that a picture asked
/// for with a drawn seed, a given one or spelled-out defaults has one and the same record. Of several ways to ask for
/// the same it holds one:
///   - width and height are those of the picture, and fit says how the first picture came to them;
///   - sampler, schedule, spacing, eta, prediction and image_cfg_scale are those that were used, whoever decided them;
///     what means nothing to the sampler or the model, and a denoising_end of 1, is left out;
///   - variations are pairs, without those of no weight; seamless stands for both axes or none, seamless_axes for one;
///   - a value that another one replaces is left out: strength by denoising_start, cfg_scale by cfg_scales, schedule by
///     sigmas.
std::string record_json(const RecordSource& source);

}  // namespace redraw
