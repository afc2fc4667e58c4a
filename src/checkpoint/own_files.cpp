#include "checkpoint/own_files.h"

#include <array>
#include <compare>
#include <optional>
#include <set>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "base/error.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

/// The folders of a converted model, beside its root.
constexpr auto kWrittenFolders = std::to_array<const char*>(
    {"unet", "vae", "text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2", "scheduler"});

/// A file or folder, whatever it is called.
struct Identity {
  dev_t device;
  ino_t number;
  auto operator<=>(const Identity&) const = default;
};

std::optional<Identity> identity_of(const fs::path& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return Identity{.device = status.st_dev, .number = status.st_ino};
}

std::vector<fs::path> paths_in(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code failed;
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed)) {
    paths.push_back(it->path());
  }
  return paths;
}

class OwnFiles {
 public:
  explicit OwnFiles(const Checkpoint& source) {
    for (const PartSource& part : source.parts()) {
      for (const fs::path& file : part.file->files()) add(file, files_);
    }
    if (source.layout() != Layout::diffusers) return;
    add(source.path(), folders_);
    for (const fs::path& path : paths_in(source.path())) {
      std::error_code ignored;
      if (!fs::is_directory(path, ignored)) {
        add(path, files_);
        continue;
      }
      add(path, folders_);
      for (const fs::path& file : paths_in(path)) add(file, files_);
    }
  }

  bool has_file(const fs::path& path) const { return is_among(path, files_); }

  // Whether it is one of the folders or lies in one, there already or not.
  bool have_within(const fs::path& path) const {
    std::error_code failed;
    fs::path place = fs::weakly_canonical(fs::absolute(path), failed);
    while (!failed && !place.empty()) {
      if (is_among(place, folders_)) return true;
      if (place == place.parent_path()) break;
      place = place.parent_path();
    }
    return false;
  }

 private:
  static void add(const fs::path& path, std::set<Identity>& to) {
    if (const std::optional<Identity> identity = identity_of(path)) to.insert(*identity);
  }
  static bool is_among(const fs::path& path, const std::set<Identity>& identities) {
    const std::optional<Identity> identity = identity_of(path);
    return identity && identities.contains(*identity);
  }

  std::set<Identity> files_;
  std::set<Identity> folders_;
};

}  // namespace

void refuse_own_files(const Checkpoint& source, const fs::path& destination) {
  const OwnFiles own(source);
  const auto check = [&](const fs::path& path) {
    if (!own.has_file(path) && !own.have_within(path)) return;
    throw Error(Code::usage, path.string() + ": belongs to the model that is converted, " + source.path().string() +
                                 ", and would be written over; choose a destination outside the model");
  };
  check(destination);
  for (const fs::path& file : paths_in(destination)) {
    if (own.has_file(file)) check(file);
  }
  for (const char* name : kWrittenFolders) {
    const fs::path folder = destination / name;
    check(folder);
    for (const fs::path& file : paths_in(folder)) check(file);
  }
}

}  // namespace redraw
