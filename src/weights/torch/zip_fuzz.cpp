// libFuzzer target: any bytes as a ZIP archive; every entry that is accepted is read and compared with its checksum.
// fuzz_zip -max_len=4096 <a corpus folder> tests/fuzz/zip
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

#include "base/error.h"
#include "weights/torch/zip_directory.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  const redraw::ReadAt read = [&](uint64_t offset, std::span<std::byte> out) {
    if (offset > size || out.size() > size - offset) std::abort();  // the reader asks for nothing beyond the file
    if (!out.empty()) std::memcpy(out.data(), input + offset, out.size());
  };
  try {
    uint64_t bytes = 0;
    std::string previous;
    for (const redraw::ZipEntry& entry : redraw::read_zip_directory(size, read, "fuzz")) {
      if (entry.name <= previous || entry.data_begin > size || entry.size > size - entry.data_begin) std::abort();
      bytes += entry.size;
      previous = entry.name;
      try {
        redraw::check_zip_crc(entry, read, "fuzz");
      } catch (const redraw::Error& e) {
        if (e.code() != redraw::Code::zip_damaged) std::abort();
      }
    }
    if (bytes > size) std::abort();  // entries do not overlap
  } catch (const redraw::Error& e) {
    if (e.code() == redraw::Code::internal) std::abort();
    return 0;  // refused, as most are; any other exception or a crash is a finding
  }
  return 0;
}
