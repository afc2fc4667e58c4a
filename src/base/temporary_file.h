// Files that appear under their name whole or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

namespace redraw {

/// Writes like ::write; tests put one here that fails.
using WriteFunction = std::function<int64_t(int descriptor, const void* bytes, size_t count)>;

/// Throws Error(disk_full or output_not_writable): "PATH: cannot be DOING: ...", by the errno `reason`.
[[noreturn]] void refuse_output(const std::filesystem::path& path, int reason, const char* doing);

/// A file under a name nobody looks at, removed unless it was given its real name.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& folder);
  TemporaryFile(TemporaryFile&& other) noexcept;
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile();

  /// Flushed to the disk; readable by everyone. Throws as refuse_output.
  void write(const WriteFunction& write, std::span<const std::byte> bytes);
  /// Another name for it. False when a file of that name is there.
  bool link_as(const std::filesystem::path& name) const;
  /// Takes the name, from whatever file has it.
  void replace(const std::filesystem::path& name);

 private:
  std::filesystem::path folder_;
  std::string path_;
  int descriptor_ = -1;
};

/// Writes a file in the place of one that may be there. Throws as refuse_output; the old one is then untouched.
void replace_file(const std::filesystem::path& path, std::span<const std::byte> bytes);

}  // namespace redraw
