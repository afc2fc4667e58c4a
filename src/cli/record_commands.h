// `redraw metadata` and `redraw rerun`.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "redraw/engine.h"

namespace redraw::cli {

/// Prints the record of each picture, or why there is none. Returns 0, or the worst of the files' exit statuses.
int metadata_command(const std::vector<std::string>& files, bool json);

struct RerunOptions {
  std::string file = {};
  std::map<std::string, std::string> given = {};  ///< by field, as in RerunPlaces; empty texts were not given
  std::string outdir = {};                        ///< empty: nothing is written
  EngineOptions engine = {};
  bool quiet = false;
  bool json = false;
};

/// Makes the picture again and compares. Returns 0 when the file is the same byte for byte, 1 when it is not or cannot
/// be, 130 when stopped. Throws Error.
int rerun_command(const RerunOptions& options);

}  // namespace redraw::cli
