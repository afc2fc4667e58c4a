#include "cli/print_commands.h"

#include <fmt/format.h>
#include <vector>

#include "engine/self_test.h"
#include "request/name_lists.h"

namespace redraw::cli {

int samplers_command(bool json) {
  fmt::print("{}", json ? samplers_json() + "\n" : samplers_text());
  return 0;
}

int schedules_command(bool json) {
  fmt::print("{}", json ? schedules_json() + "\n" : schedules_text());
  return 0;
}

int selftest_command(bool json) {
  const std::vector<SelfTestCheck> checks = self_test();
  fmt::print("{}", json ? self_test_json(checks) + "\n" : self_test_text(checks));
  return has_defect(checks) ? 1 : 0;
}

}  // namespace redraw::cli
