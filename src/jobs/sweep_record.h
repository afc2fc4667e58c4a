// What a sweep has made, kept beside its pictures, so that it can go on after an end that nobody planned.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redraw {

/// A picture that was made.
struct CellRecord {
  std::string file = {};      ///< name in the folder
  std::string metadata = {};  ///< metadata_hash of what it carries
  int64_t steps_run = 0;
  int64_t steps = 0;                     ///< of the whole schedule
  double seconds = 0;                    ///< without loading the model
  std::vector<std::string> reused = {};  ///< phases that an earlier picture had done: "text", "encode"
};

/// sweep.json of a folder. Pictures go by their request alone (RequestKeys), so that a longer list of values takes over
/// what a shorter one has made.
class SweepRecord {
 public:
  /// Reads the folder's, if there is one. Throws Error: json_ codes naming the file.
  explicit SweepRecord(std::filesystem::path folder);

  /// Of the request with this key, where this version of the program made it and the file is still there and carries
  /// the metadata that was written; else null.
  const CellRecord* find(const std::string& key) const;
  /// Writes sweep.json anew. Throws Error: disk_full, output_not_writable.
  void add(const std::string& key, const CellRecord& record);

  /// The seed that was drawn for a field that a sweep leaves open, so that it goes on with the same.
  std::optional<uint64_t> drawn(const std::string& sweep_id, const std::string& field) const;
  /// Throws as add.
  void set_drawn(const std::string& sweep_id, const std::string& field, uint64_t seed);

  std::filesystem::path path() const { return folder_ / "sweep.json"; }

 private:
  struct Row {
    std::string version;
    CellRecord record;
  };
  void read();
  void save() const;

  std::filesystem::path folder_;
  std::map<std::string, Row> rows_;                               ///< by key
  std::map<std::string, std::map<std::string, uint64_t>> drawn_;  ///< by sweep and field
};

/// Sixteen hexadecimal digits.
std::string metadata_hash(std::string_view metadata);

}  // namespace redraw
