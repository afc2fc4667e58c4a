#include "library/model_folders.h"

#include <algorithm>
#include <map>
#include <set>
#include <system_error>

#include "weights/weights_endings.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

bool means_weights(const fs::path& path) {
  const auto row = std::ranges::find(kWeightsEndings, path.extension().string(), &WeightsEnding::ending);
  return row != kWeightsEndings.end() && row->means_weights;
}

// One search through all places.
class Search {
 public:
  explicit Search(const std::function<void(const fs::path&, const std::string&)>& on_problem)
      : on_problem_(on_problem) {}

  void look_into(const fs::path& folder) {
    std::error_code problem;
    const fs::path canonical = fs::canonical(folder, problem);
    if (problem) return on_problem_(folder, problem.message());
    if (!seen_.insert(canonical).second) return;  // seen through another link, or a cycle of links
    if (fs::exists(canonical / "model_index.json", problem)) {
      found_.emplace(canonical, folder);
      return;
    }
    // The places in a folder, in an order that does not depend on the file system.
    std::set<fs::path> inside;
    fs::directory_iterator entries(canonical, problem);
    for (; !problem && entries != fs::directory_iterator(); entries.increment(problem)) {
      if (!entries->path().filename().string().starts_with(".")) inside.insert(entries->path());
    }
    if (problem) on_problem_(folder, problem.message());
    for (const fs::path& path : inside) look_at(path);
  }

  const std::map<fs::path, fs::path>& found() const { return found_; }

 private:
  void look_at(const fs::path& path) {
    std::error_code problem;
    const fs::file_status status = fs::status(path, problem);
    if (fs::is_directory(status)) return look_into(path);
    if (!fs::is_regular_file(status) || !means_weights(path)) return;
    const fs::path canonical = fs::canonical(path, problem);
    if (!problem) found_.emplace(canonical, path);
  }

  const std::function<void(const fs::path&, const std::string&)>& on_problem_;
  std::set<fs::path> seen_;
  std::map<fs::path, fs::path> found_;  // how each was found, by its canonical path
};

}  // namespace

std::vector<ModelCandidate> model_candidates(
    std::span<const fs::path> places, const std::function<void(const fs::path&, const std::string&)>& on_problem) {
  Search search(on_problem);
  for (const fs::path& place : places) search.look_into(place);
  std::vector<ModelCandidate> candidates;
  for (const auto& [path, shown] : search.found()) candidates.push_back({.path = path, .shown = shown});
  return candidates;
}

}  // namespace redraw
