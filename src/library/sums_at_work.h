// SHA-256 sums computed beside a run.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/input_file.h"
#include "base/sha256.h"
#include "library/file_sums.h"
#include "library/model_files.h"

namespace redraw {

/// Computes the sums of files as they are when it is made. Nothing is read before start() or wait(). The thread of
/// start() runs only where no other thread wants the processor; wait() goes on in its place, at the caller's own
/// priority, from where it has come to.
class SumsAtWork {
 public:
  /// sums: must outlive it. orders: the files of each sum.
  SumsAtWork(FileSums& sums, std::vector<ModelFiles> orders);
  SumsAtWork(const SumsAtWork&) = delete;
  SumsAtWork& operator=(const SumsAtWork&) = delete;
  /// Waits for the thread to end, which it does when it has read its piece of 64 KiB.
  ~SumsAtWork();

  /// Begins in the background. A second call does nothing. between_pieces: called there before every piece, perhaps
  /// once more after wait(); what it throws leaves the rest to wait().
  void start(std::function<void()> between_pieces = {});
  /// model_sha256 of each order. Empty where a file cannot be read, or is not the one that it was when this object was
  /// made. between_pieces: asked before every 64 KiB; what it throws ends the wait.
  std::vector<std::string> wait(const std::function<void()>& between_pieces = {});

  /// Bytes that wait() has, whoever read them, so that tests can see what the cache spares.
  uint64_t bytes_read() const { return progress_.bytes_read; }

 private:
  struct Part {
    std::optional<FileIdentity> identity;  // empty: it cannot be looked at or read
    std::string sha256 = {};
    bool is_known = false;  // from `sums_`
  };
  struct Progress {
    size_t next = 0;  // among the parts
    Sha256 hash = {};
    uint64_t at = 0;  // bytes of that part which are in the hash
    uint64_t bytes_read = 0;
  };
  struct Background;
  static bool read_piece(std::vector<Part>& parts, Progress& progress, std::optional<InputFile>& file);
  void look_up();
  void take_over();
  void keep(const Part& part);

  FileSums& sums_;
  std::vector<ModelFiles> orders_;
  std::vector<Part> parts_;  // of the orders, one after the other
  Progress progress_;
  std::optional<InputFile> file_;  // the part that wait() reads
  bool is_started_ = false;
  std::shared_ptr<Background> background_;  // until wait() goes on in its place
  std::thread thread_;
};

}  // namespace redraw
