// A file that is read by offset.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/file_identity.h"

namespace redraw {

/// Whose file it is. A fault of a model's file has a code of its own: model_part_missing for file_not_found,
/// model_file_changed for file_changed, model_file_unreadable for the others.
enum class FileOf { user, model };

/// Owns the open file; movable, not copyable. Reading from several threads is safe. The file is read and not mapped:
/// a page of a mapped file that somebody shortens ends the process with a signal, a read gives an error.
class InputFile {
 public:
  /// Throws Error: file_not_found, not_a_file (a folder, a device), file_unreadable; of a model: see FileOf.
  static InputFile open(const std::filesystem::path& path, FileOf of = FileOf::user);

  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&& other) noexcept;
  ~InputFile();

  const std::filesystem::path& path() const { return path_; }
  /// Bytes, when it was opened.
  uint64_t size() const { return identity_.size; }
  /// Of the file that was opened, as it was then: it may have been changed or replaced since.
  const FileIdentity& identity() const { return identity_; }

  /// Fills `out` with the bytes from `offset` on. Throws Error: file_changed when the file ends before that, or has
  /// another size or modification time than when it was opened; file_unreadable. Of a model: see FileOf.
  void read(uint64_t offset, std::span<std::byte> out) const;
  /// Throws Error(file_changed), of a model model_file_changed, when the file no longer has the size and modification
  /// time it had when it was opened.
  void check_unchanged() const;
  /// Asks the system to fetch a range before it is read. A hint: never fails.
  void will_read(uint64_t offset, uint64_t bytes) const noexcept;

 private:
  InputFile() = default;
  void release() noexcept;

  std::filesystem::path path_;
  FileOf of_ = FileOf::user;
  int descriptor_ = -1;
  FileIdentity identity_;
};

/// Whether nothing lies there, as far as that can be known: of what cannot be looked at, reading says why.
bool is_missing(const std::filesystem::path& path) noexcept;

/// Whether anything lies there; false too where that cannot be known.
bool is_there(const std::filesystem::path& path) noexcept;

/// Whether it is a folder; false too where that cannot be known.
bool is_folder(const std::filesystem::path& path) noexcept;

/// The whole of a file of moderate size. Throws as InputFile::open and read.
std::vector<std::byte> read_whole_file(const std::filesystem::path& path);

/// The whole of a small text file. Throws Error: file_not_found, not_a_file, file_unreadable, file_too_large; of a
/// model: see FileOf.
std::string read_text_file(const std::filesystem::path& path, size_t max_bytes, FileOf of = FileOf::user);

}  // namespace redraw
