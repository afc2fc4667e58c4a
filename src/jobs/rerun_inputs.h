// What a recorded picture was made of, found again.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/record_reader.h"
#include "library/file_sums.h"

namespace redraw {

/// Where the files of a record may be.
struct RerunPlaces {
  /// By field, "init" or "model": a path that the user gives; of the model also a name of the list.
  std::map<std::string, std::string> given = {};
  std::vector<std::filesystem::path> folders = {};  ///< looked through for files of the recorded names, in this order
  std::filesystem::path models_root = {};           ///< with the list of models; empty: there is none
  std::filesystem::path data_folder = {};           ///< with the model in the box: EngineOptions::data_folder
};

/// Something that keeps a picture from being the same, or tells why it is not.
struct Difference {
  std::string
      code;  ///< for programs: "input_missing", "input_changed", "no_checksum", "version", "record", "pixels", ...
  std::string text;  ///< a line for people
};

struct RerunInputs {
  Request request;                       ///< to be run, where `missing` is empty
  std::vector<Difference> missing = {};  ///< inputs that are not found, or have changed: all of them
  std::vector<Difference> unsure = {};   ///< inputs whose record has no sum
};

/// Finds the model by its sum in the list of models, or the one in the box; else by its name. A picture, autoencoder or
/// folder of configurations by its recorded name in the folders. What is given goes before. Every file is compared by
/// its SHA-256. sums: to keep what is computed. stop_if_cancelled: as SumsAtWork::wait. Throws Error as resolve_model
/// for a given model.
RerunInputs find_rerun_inputs(const Record& record, const RerunPlaces& places, FileSums& sums,
                              const std::function<void()>& stop_if_cancelled = {});

}  // namespace redraw
