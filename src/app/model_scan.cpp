#include "app/model_scan.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "app/model_files.h"
#include "app/model_folders.h"
#include "app/model_name.h"
#include "base/error.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

// Found and not in the list; taken when it turns out to be one that moved.
struct NewModel {
  RegisteredModel model;
  fs::path shown;
  bool is_taken = false;
};

bool is_where_it_went(const RegisteredModel& gone, const RegisteredModel& found) {
  if (gone.is_folder != found.is_folder || gone.summary.bytes != found.summary.bytes) return false;
  if (gone.sha256.empty()) {
    return gone.modified_ns == found.modified_ns && gone.path.filename() == found.path.filename();
  }
  try {
    return model_sha256(model_files(found.path)) == gone.sha256;
  } catch (const Error&) {
    return false;  // cannot be read now
  }
}

class Scan {
 public:
  explicit Scan(ModelRegistry& registry) : registry_(&registry), known_(registry.models()) {}

  std::vector<ScanLine> run(std::span<const fs::path> places) {
    describe_new(places);
    for (const RegisteredModel& model : known_) look_again(model);
    const bool is_to_change =
        !updates_.empty() || std::ranges::any_of(new_, [](const NewModel& found) { return !found.is_taken; });
    if (is_to_change) make_changes();
    std::ranges::stable_sort(lines_, {}, &ScanLine::path);
    return std::move(lines_);
  }

 private:
  void make_changes() {
    registry_->change([&] {
      for (const RegisteredModel& model : updates_) update(model);
      for (const NewModel& found : new_) {
        if (!found.is_taken) add(found);
      }
    });
  }

  void say(ScanEvent event, const std::string& name, const fs::path& path, const std::string& text) {
    lines_.push_back({.event = event, .name = name, .path = path, .text = text});
  }

  void describe_new(std::span<const fs::path> places) {
    std::set<fs::path> paths;
    for (const RegisteredModel& model : known_) paths.insert(model.path);
    const auto skip = [&](const fs::path& path, const std::string& reason) {
      say(ScanEvent::skipped, "", path, "skipped " + reason);
    };
    const auto on_problem = [&](const fs::path& path, const std::string& why) {
      skip(path, path.string() + ": cannot be looked into: " + why);
    };
    for (const ModelCandidate& candidate : model_candidates(places, on_problem)) {
      if (paths.contains(candidate.path)) continue;
      try {
        new_.push_back({.model = describe_model(candidate.path), .shown = candidate.shown});
      } catch (const Error& e) {
        skip(candidate.path, e.what());
      }
    }
  }

  void look_again(const RegisteredModel& model) {
    const ModelState state = state_of(model);
    if (state == ModelState::unchanged) return;
    const std::string name = model.name + ": ";
    if (state == ModelState::missing) {
      const auto found = std::ranges::find_if(
          new_, [&](const NewModel& one) { return !one.is_taken && is_where_it_went(model, one.model); });
      if (found == new_.end()) {
        say(ScanEvent::missing, model.name, model.path,
            "missing " + name + model.path.string() + " is gone; it stays in the list until `redraw models remove " +
                model.name + "`");
        return;
      }
      found->is_taken = true;
      updates_.push_back(renewed(model, found->model));
      say(ScanEvent::moved, model.name, found->model.path,
          "moved   " + name + "from " + model.path.string() + " to " + found->model.path.string());
      return;
    }
    try {
      updates_.push_back(renewed(model, describe_model(model.path)));
      say(ScanEvent::changed, model.name, model.path,
          "changed " + name + model.path.string() + " has another size or time than before; `redraw models verify " +
              model.name + "` compares its checksum");
    } catch (const Error& e) {
      say(ScanEvent::changed, model.name, model.path, "changed " + name + "is no model any more: " + e.what());
    }
  }

  static RegisteredModel renewed(const RegisteredModel& before, RegisteredModel now) {
    now.name = before.name;
    now.sha256 = before.sha256;
    now.added = before.added;
    return now;
  }

  // Within the change: another process may have removed it, or come before with the new path.
  void update(const RegisteredModel& model) {
    const std::optional<RegisteredModel> there = registry_->find_path(model.path);
    if (!registry_->find(model.name) || (there && !is_same_name(there->name, model.name))) return;
    registry_->update(model);
  }

  void add(const NewModel& found) {
    if (registry_->find_path(found.model.path)) return;
    RegisteredModel model = found.model;
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
