// A whole file mapped read-only into memory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace redraw {

/// Owns the mapping; movable, not copyable. The bytes stay valid while the object lives and nobody shortens the file.
class MappedFile {
 public:
  /// Maps `path`. Throws Error: file_not_found, not_a_file (a folder, a device), file_unreadable.
  static MappedFile open(const std::filesystem::path& path);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  const std::filesystem::path& path() const { return path_; }

  /// Throws Error(file_changed) when the file no longer has the size and modification time it had when it was mapped.
  /// Call before reading a large range: touching pages past the new end of a shortened file would end the process.
  void check_unchanged() const;

 private:
  MappedFile() = default;
  void release() noexcept;

  std::filesystem::path path_;
  int descriptor_ = -1;
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
  int64_t modified_ns_ = 0;
};

/// The whole of a small text file. Throws Error: file_not_found, not_a_file, file_unreadable, file_too_large.
std::string read_text_file(const std::filesystem::path& path, size_t max_bytes);

}  // namespace redraw
