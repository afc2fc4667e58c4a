// Where results go: numbered files that are whole or not there, and never overwritten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/temporary_file.h"

namespace redraw {

/// A file to save beside the others of its run: tag "" is the picture itself, "steps" or "step-03" stand before .png.
struct OutputFile {
  std::string tag;
  std::span<const std::byte> bytes;
};

/// Names are COUNTER.SEED.png, COUNTER.SEED.TAG.png as InvokeAI's: the counter has six digits and is one more than the
/// highest in the folder. Several processes may write to one folder: the folder is locked while a counter is taken.
class OutputFolder {
 public:
  /// Makes the folder if need be and tries whether files can be made in it, so that nobody waits for a picture that
  /// has nowhere to go. Throws Error(output_not_writable).
  explicit OutputFolder(std::filesystem::path folder, WriteFunction write = {});

  /// Saves the files of one run under one counter: all of them, or none. Returns their paths in order.
  /// Throws Error: disk_full, output_not_writable; nothing is left behind then.
  std::vector<std::filesystem::path> save(uint64_t seed, std::span<const OutputFile> files);

 private:
  std::filesystem::path folder_;
  WriteFunction write_;
};

}  // namespace redraw
