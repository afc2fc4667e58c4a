#include "library/model_scan.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/input_file.h"
#include "base/shell_word.h"
#include "library/model_files.h"
#include "library/model_folders.h"
#include "library/model_name.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

// A find that is not in the list.
struct NewModel {
  fs::path path;
  fs::path shown;
  std::optional<RegisteredModel> model = {};  // empty: cannot be run by itself
  std::string reason = {};                    // why it cannot
  bool has_moved = false;                     // it is a model of the list that was elsewhere before
  bool is_vae = false;                        // it is the autoencoder of one or more models of the list

  bool is_known() const { return has_moved || is_vae; }
};

// A missing file's known properties, to find it elsewhere.
struct Lost {
  fs::path path;
  uint64_t bytes;
  int64_t modified_ns;
  std::string sha256;
  ModelFiles (*files_of)(const fs::path&);  // model_files, or vae_files for an autoencoder
};

// Whether a file is the autoencoder itself, or is in its folder.
bool lies_in_vae(const fs::path& found, const fs::path& vae) {
  return found == vae || found.parent_path() == vae;
}

// Whether an autoencoder is all it lacks. To find out, open it with a file as its autoencoder that holds none: the
// model itself, or a folder's model_index.json. The error "no autoencoder" comes after the errors for everything else
// that is missing.
bool lacks_only_vae(const fs::path& path) {
  std::error_code ignored;
  const fs::path none = fs::is_directory(path, ignored) ? path / "model_index.json" : path;
  try {
    static_cast<void>(Checkpoint::open(path, {.vae = none}));
  } catch (const Error& e) {
    return e.code() == Code::model_unsupported;
  }
  return false;
}

std::string reason_of(const Error& error, const fs::path& path) {
  std::string reason = error.what();
  if (error.code() == Code::model_part_missing && lacks_only_vae(path)) {
    reason += "; `redraw models add " + shell_path(path.string()) + " --vae PATH` adds it with one";
  }
  return reason;
}

class Scan {
 public:
  explicit Scan(ModelRegistry& registry) : registry_(&registry), known_(registry.models()) {}

  std::vector<ScanLine> run(std::span<const fs::path> places) {
    describe_new(places);
    for (const RegisteredModel& model : known_) look_again(model);
    skip_what_cannot_be_run();
    const bool is_to_change = !updates_.empty() || std::ranges::any_of(new_, is_to_add);
    if (is_to_change) make_changes();
    std::ranges::stable_sort(lines_, {}, &ScanLine::path);
    return std::move(lines_);
  }

 private:
  static bool is_to_add(const NewModel& found) { return found.model && !found.is_known(); }

  void make_changes() {
    registry_->change([&] {
      for (const RegisteredModel& model : updates_) update(model);
      for (const NewModel& found : new_) {
        if (is_to_add(found)) add(found);
      }
    });
  }

  void say(ScanEvent event, const std::string& name, const fs::path& path, const std::string& text) {
    lines_.push_back({.event = event, .name = name, .path = path, .text = text});
  }

  void describe_new(std::span<const fs::path> places) {
    std::set<fs::path> paths;
    std::set<fs::path> vaes;
    for (const RegisteredModel& model : known_) {
      paths.insert(model.path);
      vaes.insert(model.vae.path);
    }
    const auto on_problem = [&](const fs::path& path, const std::string& why) {
      say(ScanEvent::skipped, "", path, "skipped " + path.string() + ": cannot be read: " + why);
    };
    for (const ModelCandidate& candidate : model_candidates(places, on_problem)) {
      const fs::path& path = candidate.path;
      if (paths.contains(path) || vaes.contains(path) || vaes.contains(path.parent_path())) continue;
      NewModel& found = new_.emplace_back(NewModel{.path = candidate.path, .shown = candidate.shown});
      try {
        found.model = describe_model(candidate.path);
      } catch (const Error& e) {
        found.reason = reason_of(e, candidate.path);
      }
    }
  }

  void skip_what_cannot_be_run() {
    for (const NewModel& found : new_) {
      if (!found.model && !found.is_known()) say(ScanEvent::skipped, "", found.path, "skipped " + found.reason);
    }
  }

  bool is_where_it_went(const Lost& gone, const fs::path& found) {
    try {
      const ModelFiles files = gone.files_of(found);
      if (gone.bytes != files.bytes) return false;
      if (gone.sha256.empty()) {
        return gone.modified_ns == files.modified_ns && gone.path.filename() == found.filename();
      }
      // Computed once, even if several models look for it. A folder has two sums: as a model and as an autoencoder.
      std::string& sum = sums_[{found, files.names}];
      if (sum.empty()) sum = model_sha256(files);
      return sum == gone.sha256;
    } catch (const Error&) {
      return false;  // cannot be read now
    }
  }

  // Where the model is now; nullptr: nowhere. Two models of the list never move to the same file.
  NewModel* find_lost_model(const RegisteredModel& model) {
    const Lost lost{.path = model.path,
                    .bytes = model.summary.bytes,
                    .modified_ns = model.modified_ns,
                    .sha256 = model.sha256,
                    .files_of = model_files};
    const auto found = std::ranges::find_if(
        new_, [&](const NewModel& one) { return !one.has_moved && is_where_it_went(lost, one.path); });
    return found == new_.end() ? nullptr : &*found;
  }

  // Where the autoencoder is now; empty: nowhere. Other models of the list may already use that file, and it may be
  // part of a model.
  fs::path find_lost_vae(const RegisteredVae& vae) {
    const Lost lost{.path = vae.path,
                    .bytes = vae.bytes,
                    .modified_ns = vae.modified_ns,
                    .sha256 = vae.sha256,
                    .files_of = vae_files};
    std::vector<fs::path> places;
    for (const NewModel& one : new_) {
      places.push_back(one.path);
      places.push_back(one.path / "vae");
      // The search for models finds the file in an autoencoder's folder, but the folder is needed.
      std::error_code ignored;
      if (fs::exists(one.path.parent_path() / "config.json", ignored)) places.push_back(one.path.parent_path());
    }
    for (const RegisteredModel& model : known_) {
      places.push_back(model.path);
      places.push_back(model.path / "vae");
      if (!model.vae.path.empty()) places.push_back(model.vae.path);
    }
    const auto found =
        std::ranges::find_if(places, [&](const fs::path& place) { return is_where_it_went(lost, place); });
    return found == places.end() ? fs::path() : *found;
  }

  void look_again(const RegisteredModel& before) {
    if (state_of(before) == ModelState::unchanged) return;
    RegisteredModel model = before;
    std::vector<std::string> moves;
    NewModel* of_model = nullptr;
    if (!is_there(before.path)) {
      of_model = find_lost_model(before);
      if (of_model == nullptr) return say_missing(before, before.path, before.path.string() + " is gone");
      model.path = of_model->path;
      moves.push_back("from " + before.path.string() + " to " + model.path.string());
    }
    if (state_of_vae(before) == ModelState::missing) {
      model.vae.path = find_lost_vae(before.vae);
      if (model.vae.path.empty()) {
        return say_missing(before, model.path, "its autoencoder " + before.vae.path.string() + " is gone");
      }
      moves.push_back("its autoencoder from " + before.vae.path.string() + " to " + model.vae.path.string());
    }
    if (!before.model_config.empty() && !is_there(before.model_config)) {
      return say_missing(before, model.path, "its configurations " + before.model_config.string() + " are gone");
    }
    try {
      updates_.push_back(described_again(model, model.path));
    } catch (const Error& e) {
      return say(ScanEvent::changed, model.name, model.path,
                 "changed " + model.name + ": cannot be run any more: " + e.what());
    }
    if (of_model != nullptr) of_model->has_moved = true;
    for (NewModel& found : new_) found.is_vae = found.is_vae || lies_in_vae(found.path, model.vae.path);
    for (const std::string& move : moves) {
      say(ScanEvent::moved, model.name, model.path, "moved   " + model.name + ": " + move);
    }
    if (moves.empty()) {
      const bool is_vae = state_of_vae(before) != ModelState::unchanged;
      const std::string what = is_vae ? "its autoencoder " + model.vae.path.string() : model.path.string();
      say(ScanEvent::changed, model.name, is_vae ? model.vae.path : model.path,
          "changed " + model.name + ": " + what + " has a new size or time; `redraw models verify " +
              shell_word(model.name) + "` compares its checksum");
    }
  }

  void say_missing(const RegisteredModel& model, const fs::path& path, const std::string& what) {
    say(ScanEvent::missing, model.name, path,
        "missing " + model.name + ": " + what + "; it stays in the list until `redraw models remove " +
            shell_word(model.name) + "`");
  }

  // Runs within the change, because another process may have removed the model or added the new path.
  void update(const RegisteredModel& model) {
    const std::optional<RegisteredModel> there = registry_->find_path(model.path);
    if (!registry_->find(model.name) || (there && !is_same_name(there->name, model.name))) return;
    registry_->update(model);
  }

  void add(const NewModel& found) {
    if (registry_->find_path(found.path)) return;
    RegisteredModel model = *found.model;
    model.name = free_model_name(derived_model_name(found.shown, model.is_folder),
                                 [&](const std::string& name) { return registry_->find(name).has_value(); });
    model.added = time_now();
    registry_->insert(model);
    say(ScanEvent::added, model.name, model.path, "added   " + model.name + ": " + model.path.string());
  }

  ModelRegistry* registry_;
  std::vector<RegisteredModel> known_;
  std::vector<NewModel> new_;
  std::vector<RegisteredModel> updates_;
  std::vector<ScanLine> lines_;
  std::map<std::pair<fs::path, std::vector<std::string>>, std::string> sums_;  // SHA-256 of files in a place
};

}  // namespace

std::string_view event_name(ScanEvent event) {
  constexpr auto kNames = std::to_array<std::string_view>({"added", "moved", "changed", "missing", "skipped"});
  return kNames.at(static_cast<size_t>(event));
}

std::vector<ScanLine> scan_models(ModelRegistry& registry, std::span<const fs::path> places) {
  return Scan(registry).run(places);
}

std::vector<fs::path> all_places(const ModelRegistry& registry) {
  std::vector<fs::path> places = registry.places();
  std::error_code ignored;
  if (fs::is_directory(registry.models_folder(), ignored)) places.insert(places.begin(), registry.models_folder());
  return places;
}

}  // namespace redraw
