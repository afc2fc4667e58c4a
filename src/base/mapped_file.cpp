#include "base/mapped_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "base/error.h"

namespace redraw {
namespace {

int64_t modified_ns(const struct stat& status) {
  return static_cast<int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

int open_regular(const std::filesystem::path& path, struct stat& status) {
  // O_NONBLOCK: opening a pipe must not wait for its writer; a regular file ignores it.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    const int reason = errno;
    if (reason == ENOENT || reason == ENOTDIR) throw Error(Code::file_not_found, path.string() + ": no such file");
    throw Error(Code::file_unreadable, path.string() + ": cannot be opened: " + std::strerror(reason));
  }
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor);
    throw Error(Code::not_a_file, path.string() + ": is not a regular file");
  }
  return descriptor;
}

}  // namespace

MappedFile MappedFile::open(const std::filesystem::path& path) {
  struct stat status = {};
  MappedFile file;
  file.descriptor_ = open_regular(path, status);
  file.path_ = path;
  file.size_ = static_cast<size_t>(status.st_size);
  file.modified_ns_ = modified_ns(status);
  if (file.size_ > 0) {
    void* address = ::mmap(nullptr, file.size_, PROT_READ, MAP_PRIVATE, file.descriptor_, 0);
    if (address == MAP_FAILED) {
      const int reason = errno;
      throw Error(Code::file_unreadable, path.string() + ": cannot be mapped: " + std::strerror(reason));
    }
    file.data_ = static_cast<const std::byte*>(address);
  }
  return file;
}

MappedFile::MappedFile(MappedFile&& other) noexcept {
  *this = std::move(other);
}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  if (this != &other) {
    release();
    path_ = std::move(other.path_);
    descriptor_ = std::exchange(other.descriptor_, -1);
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    modified_ns_ = other.modified_ns_;
  }
  return *this;
}

MappedFile::~MappedFile() {
  release();
}

void MappedFile::release() noexcept {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
  if (descriptor_ >= 0) ::close(descriptor_);
  data_ = nullptr;
  descriptor_ = -1;
}

void MappedFile::check_unchanged() const {
  struct stat status = {};
  if (::fstat(descriptor_, &status) != 0 || static_cast<size_t>(status.st_size) != size_ ||
      modified_ns(status) != modified_ns_) {
    throw Error(Code::file_changed, path_.string() + ": the file was changed while it was in use; run again");
  }
}

std::string read_text_file(const std::filesystem::path& path, size_t max_bytes) {
  struct stat status = {};
  const int descriptor = open_regular(path, status);
  std::string text;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t n = ::read(descriptor, buffer, sizeof(buffer));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int reason = errno;
      ::close(descriptor);
      throw Error(Code::file_unreadable, path.string() + ": cannot be read: " + std::strerror(reason));
    }
    if (n == 0) break;
    text.append(buffer, static_cast<size_t>(n));
    if (text.size() > max_bytes) {
      ::close(descriptor);
      throw Error(Code::file_too_large,
                  path.string() + ": is larger than the " + std::to_string(max_bytes) + " bytes such a file may have");
    }
  }
  ::close(descriptor);
  return text;
}

}  // namespace redraw
