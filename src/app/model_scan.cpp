#include "app/model_scan.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "app/model_files.h"
#include "app/model_folders.h"
#include "app/model_name.h"
#include "app/unicode_text.h"
#include "base/error.h"
#include "base/input_file.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

// Found and not in the list; taken when it turns out to be one that moved.
struct NewModel {
  fs::path path;
  fs::path shown;
  std::optional<RegisteredModel> model = {};  // empty: cannot be run by itself
  std::string reason = {};                    // then why
  bool is_taken = false;
};

// What is known of files that are gone, to find them elsewhere.
struct Lost {
  fs::path path;
  bool is_folder;
  uint64_t bytes;
  int64_t modified_ns;
  std::string sha256;
};

bool is_where_it_went(const Lost& gone, const fs::path& found) {
  try {
    const ModelFiles files = model_files(found);
    if (gone.is_folder != files.is_folder || gone.bytes != files.bytes) return false;
    if (gone.sha256.empty()) {
      return gone.modified_ns == files.modified_ns && gone.path.filename() == found.filename();
    }
    return model_sha256(files) == gone.sha256;
  } catch (const Error&) {
    return false;  // cannot be read now
  }
}

// Whether it could be run with an autoencoder: who takes one from the very file, of a folder from its list of parts, is
// told that there is none, after everything else that is missing.
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
    reason += "; `redraw models add " + shell_word(path.string()) + " --vae PATH` adds it with one";
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
  static bool is_to_add(const NewModel& found) { return found.model && !found.is_taken; }

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
    for (const RegisteredModel& model : known_) paths.insert({model.path, model.vae.path});
    const auto on_problem = [&](const fs::path& path, const std::string& why) {
      say(ScanEvent::skipped, "", path, "skipped " + path.string() + ": cannot be looked into: " + why);
    };
    for (const ModelCandidate& candidate : model_candidates(places, on_problem)) {
      if (paths.contains(candidate.path)) continue;
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
      if (!found.model && !found.is_taken) say(ScanEvent::skipped, "", found.path, "skipped " + found.reason);
    }
  }

  // Where it went; nullptr: nowhere.
  NewModel* find_lost(const Lost& lost) {
    const auto found = std::ranges::find_if(
        new_, [&](const NewModel& one) { return !one.is_taken && is_where_it_went(lost, one.path); });
    return found == new_.end() ? nullptr : &*found;
  }

  void look_again(const RegisteredModel& before) {
    if (state_of(before) == ModelState::unchanged) return;
    RegisteredModel model = before;
    std::vector<std::string> moves;
    NewModel* of_model = nullptr;
    NewModel* of_vae = nullptr;
    if (!is_there(before.path)) {
      of_model = find_lost({.path = before.path,
                            .is_folder = before.is_folder,
                            .bytes = before.summary.bytes,
                            .modified_ns = before.modified_ns,
                            .sha256 = before.sha256});
      if (of_model == nullptr) return say_missing(before, before.path, before.path.string() + " is gone");
      model.path = of_model->path;
      moves.push_back("from " + before.path.string() + " to " + model.path.string());
    }
    if (state_of_vae(before) == ModelState::missing) {
      of_vae = find_lost({.path = before.vae.path,
                          .is_folder = false,
                          .bytes = before.vae.bytes,
                          .modified_ns = before.vae.modified_ns,
                          .sha256 = before.vae.sha256});
      if (of_vae == nullptr) {
        return say_missing(before, model.path, "its autoencoder " + before.vae.path.string() + " is gone");
      }
      model.vae.path = of_vae->path;
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
    for (NewModel* taken : {of_model, of_vae}) {
      if (taken != nullptr) taken->is_taken = true;
    }
    for (const std::string& move : moves) {
      say(ScanEvent::moved, model.name, model.path, "moved   " + model.name + ": " + move);
    }
    if (moves.empty()) {
      const bool is_vae = state_of_vae(before) != ModelState::unchanged;
      const std::string what = is_vae ? "its autoencoder " + model.vae.path.string() : model.path.string();
      say(ScanEvent::changed, model.name, is_vae ? model.vae.path : model.path,
          "changed " + model.name + ": " + what + " has another size or time than before; `redraw models verify " +
              shell_word(model.name) + "` compares its checksum");
    }
  }

  void say_missing(const RegisteredModel& model, const fs::path& path, const std::string& what) {
    say(ScanEvent::missing, model.name, path,
        "missing " + model.name + ": " + what + "; it stays in the list until `redraw models remove " +
            shell_word(model.name) + "`");
  }

  // Within the change: another process may have removed it, or come before with the new path.
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
