// The files that a picture is made of.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/record.h"
#include "library/resolve_model.h"
#include "library/sums_at_work.h"

namespace redraw {

/// The model's files and the pictures of one request as they are when it is made, which is before they are opened.
/// Their sums are computed beside the run.
class UsedFiles {
 public:
  /// sums: must outlive it.
  UsedFiles(FileSums& sums, const ChosenModel& choice, const Request& request);

  /// Begins to compute, on a thread that runs only where no other wants the processor. For when the first step has been
  /// taken, so that it is never later for it.
  void start() { work_.start(); }

  /// By field, as in RecordSource::files. A file that has changed since this object was made has a name and no sum.
  /// between_pieces: as SumsAtWork::wait.
  std::map<std::string, UsedFile> wait(const std::function<void()>& between_pieces);

  /// Says of which files the sum is not known; empty where all are.
  static std::string warning(const std::map<std::string, UsedFile>& files);

 private:
  struct Named {
    std::string field;
    std::string name;
  };
  std::vector<ModelFiles> orders(const ChosenModel& choice, const Request& request);

  std::map<std::string, UsedFile> in_memory_;
  std::vector<Named> on_disk_;  // in the order of the work's orders
  SumsAtWork work_;
};

}  // namespace redraw
