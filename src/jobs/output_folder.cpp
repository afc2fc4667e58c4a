#include "jobs/output_folder.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/temporary_file.h"

namespace redraw {
namespace {

// Holds the folder's lock, on file systems that have locks, until it goes.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& folder)
      : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (descriptor_ < 0) refuse_output(folder, errno, "opened");
    while (::flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock() { ::close(descriptor_); }

  void sync() const { ::fsync(descriptor_); }

 private:
  int descriptor_;
};

// Names given so far; taken back unless all were.
struct LinkedFiles {
  std::vector<std::filesystem::path> paths;

  void remove() {
    for (const std::filesystem::path& path : paths) ::unlink(path.c_str());
    paths.clear();
  }
  ~LinkedFiles() { remove(); }
};

// The highest counter of names that begin with digits and a dot.
int64_t highest_counter(const std::filesystem::path& folder) {
  int64_t highest = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    int64_t counter = 0;
    const auto result = std::from_chars(name.data(), name.data() + name.size(), counter);
    const bool is_counter = result.ec == std::errc() && result.ptr - name.data() >= 6 &&
                            result.ptr != name.data() + name.size() && *result.ptr == '.';
    if (is_counter) highest = std::max(highest, counter);
  }
  return highest;
}

std::filesystem::path file_name(int64_t counter, uint64_t seed, const std::string& tag) {
  std::string digits = std::to_string(counter);
  digits.insert(0, digits.size() < 6 ? 6 - digits.size() : 0, '0');
  return digits + "." + std::to_string(seed) + (tag.empty() ? "" : "." + tag) + ".png";
}

}  // namespace

OutputFolder::OutputFolder(std::filesystem::path folder, WriteFunction write)
    : folder_(std::move(folder)), write_(write ? std::move(write) : WriteFunction(::write)) {
  std::error_code problem;
  std::filesystem::create_directories(folder_, problem);
  if (problem && !std::filesystem::is_directory(folder_)) refuse_output(folder_, problem.value(), "made");
  const TemporaryFile probe(folder_);
}

std::vector<std::filesystem::path> OutputFolder::save(uint64_t seed, std::span<const OutputFile> files) {
  for (const OutputFile& file : files) {
    if (std::ranges::count(files, file.tag, &OutputFile::tag) > 1) {
      throw Error(Code::internal, "two files of one run have the tag '" + file.tag + "'");
    }
  }
  std::vector<TemporaryFile> written;
  written.reserve(files.size());
  for (const OutputFile& file : files) {
    written.emplace_back(folder_);
    written.back().write(write_, file.bytes);
  }
  const FolderLock lock(folder_);
  LinkedFiles linked;
  for (int64_t counter = highest_counter(folder_) + 1; linked.paths.size() < files.size(); ++counter) {
    linked.remove();  // somebody without the lock took this counter: the next one
    for (size_t i = 0; i < files.size(); ++i) {
      const std::filesystem::path path = folder_ / file_name(counter, seed, files[i].tag);
      if (!written[i].link_as(path)) break;
      linked.paths.push_back(path);
    }
  }
  lock.sync();
  return std::exchange(linked.paths, {});
}

}  // namespace redraw
