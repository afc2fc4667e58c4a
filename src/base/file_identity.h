// Which file it is, told apart from others without reading it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace redraw {

/// Another file at the same path, and the same file after a change, have other identities. The time of the last change
/// of the inode is part of it: a copy may carry the old file's size and modification time, and even get its inode.
struct FileIdentity {
  std::filesystem::path path = {};  ///< absolute
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size = 0;  ///< bytes
  int64_t modified_ns = 0;
  int64_t changed_ns = 0;

  bool operator==(const FileIdentity&) const = default;
};

/// Of the file that lies there now; empty where there is none or it cannot be looked at.
std::optional<FileIdentity> identity_of(const std::filesystem::path& path);

/// Of the file that this descriptor has open. path: where it was opened. Empty where the system does not say.
std::optional<FileIdentity> identity_of(int descriptor, const std::filesystem::path& path);

}  // namespace redraw
