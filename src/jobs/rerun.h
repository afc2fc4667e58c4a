// A picture made again from its record, and compared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "jobs/rerun_inputs.h"
#include "redraw/engine.h"

namespace redraw {

/// A picture that was made again, or could not be.
struct RerunReport {
  bool is_same = false;       ///< the file, byte for byte
  bool is_cancelled = false;  ///< then nothing is known
  bool was_run = false;       ///< there is a result
  /// What differs, all that can be told; empty where it is the same.
  std::vector<Difference> differences = {};
  std::optional<int64_t> different_pixels = {};  ///< where both pictures have one size
  int64_t largest_difference = 0;                ///< of a colour value, of 255
  Result result = {};                            ///< its png and metadata call the files as the record does
};

/// Reads the record of a picture, finds what it was made of, makes it again and compares the files. folders of the
/// places are looked through after the file's own and its parent. Throws Error as read_record_file, find_rerun_inputs
/// and Engine::run; record_malformed where the record says another size than the file has.
RerunReport rerun(Engine& engine, const std::filesystem::path& file, RerunPlaces places, FileSums& sums,
                  const RunEvents& events = {}, const Cancellation& cancellation = {});

/// One line: {"file", "same", "cancelled", "differences": [{"code", "text"}], "different_pixels",
/// "largest_difference", "saved"}. saved: where the new picture is; empty for null.
std::string rerun_json(const RerunReport& report, const std::filesystem::path& file,
                       const std::filesystem::path& saved);

}  // namespace redraw
