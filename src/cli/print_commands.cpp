#include "cli/print_commands.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <vector>

#include "engine/self_test.h"
#include "request/field_lists.h"
#include "request/name_lists.h"
#include "request/request_schema.h"

namespace redraw::cli {

int samplers_command(bool json) {
  fmt::print("{}", json ? samplers_json() + "\n" : samplers_text());
  return 0;
}

int schedules_command(bool json) {
  fmt::print("{}", json ? schedules_json() + "\n" : schedules_text());
  return 0;
}

int fields_command(FieldsForm form) {
  if (form == FieldsForm::schema) {
    fmt::print("{}\n", request_schema({.may_open_files = true}).dump(2));
  } else {
    fmt::print("{}", form == FieldsForm::json ? fields_json() + "\n" : fields_text());
  }
  return 0;
}

int selftest_command(bool json) {
  const std::vector<SelfTestCheck> checks = self_test();
  fmt::print("{}", json ? self_test_json(checks) + "\n" : self_test_text(checks));
  return has_defect(checks) ? 1 : 0;
}

}  // namespace redraw::cli
