// `redraw plan`.
#pragma once

#include <string>

#include "redraw/request.h"

namespace redraw::cli {

struct PlanOptions {
  bool json = false;
  bool by_every_rule = false;    ///< one line for each rule that turns strength into steps, in place of one schedule
  std::string png = {};          ///< file for the plot; empty: none
  std::string models_root = {};  ///< of Engine
};

/// Prints the schedule of a request that is not run: of image to image where the request has a field that only that
/// has, or all rules are asked for, else of text to image. Throws Error.
int plan_command(const Request& request, const PlanOptions& options);

}  // namespace redraw::cli
