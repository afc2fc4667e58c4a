// SHA-256 sums computed beside a run.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
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
  /// Stops within a megabyte.
  ~SumsAtWork();

  /// Begins in the background. A second call does nothing.
  void start();
  /// model_sha256 of each order. Empty where a file cannot be read, or is not the one that it was when this object was
  /// made. between_pieces: asked before every megabyte; what it throws ends the wait.
  std::vector<std::string> wait(const std::function<void()>& between_pieces = {});

  /// Bytes that were read, so that tests can see what the cache spares.
  uint64_t bytes_read() const { return bytes_read_; }

 private:
  struct Part {
    std::optional<FileIdentity> identity;  // empty: it cannot be looked at or read
    std::string sha256 = {};
  };
  struct Reading {
    explicit Reading(const std::filesystem::path& path) : file(InputFile::open(path)) {}
    InputFile file;
    Sha256 hash = {};
    uint64_t at = 0;
  };
  bool read_piece();
  void open_next(Part& part);
  void finish_file(Part& part);
  void work_in_background();
  void stop();

  FileSums& sums_;
  std::vector<ModelFiles> orders_;
  std::vector<Part> parts_;  // of the orders, one after the other
  size_t next_ = 0;          // among parts_
  std::optional<Reading> reading_;
  std::atomic<bool> is_stopped_ = false;
  std::atomic<uint64_t> bytes_read_ = 0;
  bool is_started_ = false;
  std::thread thread_;
};

}  // namespace redraw
