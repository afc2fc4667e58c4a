// libFuzzer: a request from outside, as JSON or as a line of options, made of whatever bytes come. The first byte says
// which: even, JSON; odd, a line. tests/fuzz/request holds the seeds.
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/error.h"
#include "request/request_json.h"
#include "request/request_text.h"

namespace redraw {
namespace {

bool are_equal(const Request& a, const Request& b) {
  for (const Field* field : request_fields()) {
    if (get_field(a, *field) != get_field(b, *field)) return false;
  }
  return true;
}

bool names_a_file(const Request& request) {
  const RequestInputs& inputs = request.inputs;
  const bool has_picture_file =
      (inputs.init && inputs.init->is_file()) || (inputs.init_color && inputs.init_color->is_file());
  return has_picture_file || request.model.vae || request.model.model_config || request.output.preview_vae ||
         !request.model.is_listed_only;
}

/// What must hold for every input that is read; the fuzzer takes the trap for a finding.
void run(std::string_view input) {
  if (input.empty()) return;
  const bool is_line = (input.front() & 1) != 0;
  input.remove_prefix(1);
  if (is_line) {
    const Request request = request_of_text(input);
    if (!are_equal(request_of_text(request_text(request)), request)) __builtin_trap();
    return;
  }
  const Request request = request_of_json_text(input, {});
  if (names_a_file(request)) __builtin_trap();
  if (!are_equal(request_of_json_text(request_json(request).dump(), {}), request)) __builtin_trap();
}

}  // namespace
}  // namespace redraw

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    redraw::run({reinterpret_cast<const char*>(data), size});
  } catch (const redraw::Error& error) {
    if (error.code() == redraw::Code::internal) __builtin_trap();  // ours, not the input's
  }
  return 0;
}
