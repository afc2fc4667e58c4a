#include "base/input_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "base/error.h"

namespace redraw {
namespace {

int64_t modified_ns(const struct stat& status) {
  return static_cast<int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

/// The codes of one kind of file.
struct FileCodes {
  const char* missing;
  Code not_found;
  Code not_a_file;
  Code unreadable;
  Code too_large;
  Code changed;
};

const FileCodes& codes_of(FileOf of) {
  static constexpr FileCodes kUser = {": no such file",      Code::file_not_found, Code::not_a_file,
                                      Code::file_unreadable, Code::file_too_large, Code::file_changed};
  static constexpr FileCodes kModel = {": is missing; fetch the whole model", Code::model_part_missing,
                                       Code::model_file_unreadable,           Code::model_file_unreadable,
                                       Code::model_file_unreadable,           Code::model_file_changed};
  return of == FileOf::model ? kModel : kUser;
}

int open_regular(const std::filesystem::path& path, const FileCodes& codes, struct stat& status) {
  // O_NONBLOCK: opening a pipe must not wait for its writer; a regular file ignores it.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    const int reason = errno;
    if (reason == ENOENT || reason == ENOTDIR) throw Error(codes.not_found, path.string() + codes.missing);
    throw Error(codes.unreadable, path.string() + ": cannot be opened: " + std::strerror(reason));
  }
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor);
    throw Error(codes.not_a_file, path.string() + ": is not a regular file");
  }
  return descriptor;
}

}  // namespace

InputFile InputFile::open(const std::filesystem::path& path, FileOf of) {
  struct stat status = {};
  InputFile file;
  file.of_ = of;
  file.descriptor_ = open_regular(path, codes_of(of), status);
  file.path_ = path;
  file.identity_ = identity_of(file.descriptor_, path).value_or(FileIdentity{});
  return file;
}

InputFile::InputFile(InputFile&& other) noexcept {
  *this = std::move(other);
}

InputFile& InputFile::operator=(InputFile&& other) noexcept {
  if (this != &other) {
    release();
    path_ = std::move(other.path_);
    of_ = other.of_;
    descriptor_ = std::exchange(other.descriptor_, -1);
    identity_ = std::exchange(other.identity_, FileIdentity{});
  }
  return *this;
}

InputFile::~InputFile() {
  release();
}

void InputFile::release() noexcept {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

void InputFile::read(uint64_t offset, std::span<std::byte> out) const {
  const auto changed = [&] {
    return Error(codes_of(of_).changed, path_.string() + ": the file was changed while it was in use; run again");
  };
  if (offset > size() || out.size() > size() - offset) throw changed();
  for (size_t done = 0; done < out.size();) {
    const ssize_t n = ::pread(descriptor_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int reason = errno;
      throw Error(codes_of(of_).unreadable, path_.string() + ": cannot be read: " + std::strerror(reason));
    }
    if (n == 0) throw changed();
    done += static_cast<size_t>(n);
  }
  // Overwritten while it was read: what was read may be half of one file and half of another.
  check_unchanged();
}

void InputFile::check_unchanged() const {
  // Not by the whole identity: a mode or a link that was changed leaves the bytes as they are.
  struct stat status = {};
  if (::fstat(descriptor_, &status) != 0 || static_cast<uint64_t>(status.st_size) != identity_.size ||
      modified_ns(status) != identity_.modified_ns) {
    throw Error(codes_of(of_).changed, path_.string() + ": the file was changed while it was in use; run again");
  }
}

void InputFile::will_read(uint64_t offset, uint64_t bytes) const noexcept {
  (void)::posix_fadvise(descriptor_, static_cast<off_t>(offset), static_cast<off_t>(bytes), POSIX_FADV_WILLNEED);
}

bool is_missing(const std::filesystem::path& path) noexcept {
  std::error_code ignored;
  return std::filesystem::status(path, ignored).type() == std::filesystem::file_type::not_found;
}

bool is_there(const std::filesystem::path& path) noexcept {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

bool is_folder(const std::filesystem::path& path) noexcept {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

std::vector<std::byte> read_whole_file(const std::filesystem::path& path) {
  const InputFile file = InputFile::open(path);
  std::vector<std::byte> bytes(file.size());
  file.read(0, bytes);
  return bytes;
}

std::string read_text_file(const std::filesystem::path& path, size_t max_bytes, FileOf of) {
  const FileCodes& codes = codes_of(of);
  struct stat status = {};
  const int descriptor = open_regular(path, codes, status);
  std::string text;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t n = ::read(descriptor, buffer, sizeof(buffer));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int reason = errno;
      ::close(descriptor);
      throw Error(codes.unreadable, path.string() + ": cannot be read: " + std::strerror(reason));
    }
    if (n == 0) break;
    text.append(buffer, static_cast<size_t>(n));
    if (text.size() > max_bytes) {
      ::close(descriptor);
      throw Error(codes.too_large,
                  path.string() + ": is larger than the " + std::to_string(max_bytes) + " bytes such a file may have");
    }
  }
  ::close(descriptor);
  return text;
}

}  // namespace redraw
