// `redraw img2img` and `redraw txt2img`.
#pragma once

#include <string>

#include "redraw/engine.h"

namespace redraw::cli {

/// What these commands take beside the request.
struct GenerateOptions {
  std::string outdir = "outputs";
  EngineOptions engine = {};
  bool quiet = false;
  bool json = false;
};

/// Makes the picture, saves it and says so. Returns the exit status 0, or 130 when stopped. Throws Error.
int generate_command(const Request& request, const GenerateOptions& options);

/// {"error": {"code": ..., "message": ...}}, the result line of a run that failed.
std::string error_json(const std::string& code, const std::string& message);

}  // namespace redraw::cli
