// libFuzzer target: any bytes as a picture with a record, and as the record itself.
// fuzz_record -max_len=4096 <a corpus folder> tests/fuzz/record
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "base/error.h"
#include "engine/record_reader.h"

namespace {

// What was accepted names no place.
void check_names(const redraw::Record& record) {
  for (const auto& [field, file] : record.files) {
    if (redraw::recorded_name(file.name) != file.name || file.name.find('/') != std::string::npos) std::abort();
    if (!file.sha256.empty() && file.sha256.size() != 64) std::abort();
  }
  const redraw::Request& request = record.request;
  if (request.inputs.init || request.inputs.init_color || request.model.model || request.model.vae ||
      request.model.model_config || request.output.preview_vae) {
    std::abort();
  }
}

template <typename Read>
void read(Read read_one) {
  try {
    check_names(read_one());
  } catch (const redraw::Error&) {
    // Refused, as most are; any other exception or a crash is a finding.
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  read([&] { return redraw::read_record(std::as_bytes(std::span(input, size)), "fuzz"); });
  read([&] { return redraw::parse_record({reinterpret_cast<const char*>(input), size}, "fuzz"); });
  return 0;
}
