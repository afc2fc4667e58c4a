#include "base/temporary_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "base/error.h"

namespace redraw {

void refuse_output(const std::filesystem::path& path, int reason, const char* doing) {
  const bool is_full = reason == ENOSPC || reason == EDQUOT || reason == EFBIG;
  throw Error(is_full ? Code::disk_full : Code::output_not_writable,
              path.string() + ": cannot be " + doing + ": " + std::strerror(reason) +
                  (is_full ? "; make room or choose another place" : "; choose another place"));
}

TemporaryFile::TemporaryFile(const std::filesystem::path& folder)
    : folder_(folder), path_((folder / ".redraw-XXXXXX").string()) {
  descriptor_ = ::mkostemp(path_.data(), O_CLOEXEC);
  if (descriptor_ < 0) refuse_output(folder, errno, "written to");
}

TemporaryFile::TemporaryFile(TemporaryFile&& other) noexcept
    : folder_(std::move(other.folder_)),
      path_(std::exchange(other.path_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

TemporaryFile::~TemporaryFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!path_.empty()) ::unlink(path_.c_str());
}

void TemporaryFile::write(const WriteFunction& write, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const int64_t written = write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) refuse_output(folder_, errno, "written to");
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  if (::fchmod(descriptor_, 0644) != 0 || ::fsync(descriptor_) != 0) refuse_output(folder_, errno, "written to");
}

bool TemporaryFile::link_as(const std::filesystem::path& name) const {
  if (::link(path_.c_str(), name.c_str()) == 0) return true;
  if (errno == EEXIST) return false;
  refuse_output(name, errno, "written");
}

void TemporaryFile::replace(const std::filesystem::path& name) {
  if (::rename(path_.c_str(), name.c_str()) != 0) refuse_output(name, errno, "written");
  path_.clear();
}

void replace_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  // "name" alone has an empty parent.
  TemporaryFile file(path.has_parent_path() ? path.parent_path() : std::filesystem::path("."));
  file.write(::write, bytes);
  file.replace(path);
}

}  // namespace redraw
