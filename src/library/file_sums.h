// SHA-256 sums of files, kept so that no file is read twice for one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/file_identity.h"

namespace redraw {

/// Sums in memory and, where a folder is given, in one small file there. That file is a cache: a damaged one counts as
/// empty, one that cannot be written is left as it is, and of two processes that write at once the later wins. May be
/// used from several threads at once.
class FileSums {
 public:
  static constexpr size_t kMostKept = 512;  ///< on disk, the newest

  /// cache_folder: empty: nothing is kept on disk. Reads nothing yet.
  /// clock: nanoseconds since 1970; empty: the system's.
  explicit FileSums(std::filesystem::path cache_folder = {}, std::function<int64_t()> clock = {});

  /// 64 hexadecimal digits, where they are known of this very file.
  std::optional<std::string> find(const FileIdentity& file);
  /// A file that was written, or got another modification time, in the last two seconds is not kept: another write in
  /// the same tick of the clock would not show. A time in the future, by a wrong clock, says nothing.
  void keep(const FileIdentity& file, const std::string& sha256);
  /// Writes what is new to the disk. Never fails: what cannot be written is computed again next time.
  void save() noexcept;

 private:
  struct Entry {
    FileIdentity file;
    std::string sha256;
    int64_t kept_ns = 0;  ///< when, since 1970
  };
  using Entries = std::map<std::string, Entry>;  // by path
  std::filesystem::path cache_file() const { return cache_folder_ / "file-sums.json"; }
  Entries read() const;

  std::filesystem::path cache_folder_;
  std::function<int64_t()> clock_;
  std::mutex mutex_;
  Entries entries_;
  bool is_read_ = false;
  bool is_changed_ = false;
};

}  // namespace redraw
