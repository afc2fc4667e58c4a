#include "jobs/rerun_inputs.h"

#include <array>
#include <functional>

#include "base/error.h"
#include "base/input_file.h"
#include "base/shell_word.h"
#include "library/default_model.h"
#include "library/model_files.h"
#include "library/model_name.h"
#include "library/model_registry.h"
#include "library/resolve_model.h"
#include "library/sums_at_work.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

/// How an input is called and given.
struct InputKind {
  std::string_view field;
  std::string_view what;
  std::string_view option;
  ModelFiles (*files)(const fs::path& path);
};

ModelFiles picture_files(const fs::path& path) {
  return {.path = path};
}

constexpr auto kInputKinds = std::to_array<InputKind>({
    {"model", "the model", "--model", model_files},
    {"vae", "the autoencoder", "--vae", vae_files},
    {"model_config", "the folder of configurations", "--model-config", configuration_files},
    {"init", "the picture", "--init", picture_files},
    {"init_color", "the picture for the colours", "--init-color", picture_files},
});

void set_place(Request& request, const UsedFile& file, std::string_view field, const fs::path& path) {
  const auto picture = [&] {
    Picture found = Picture::file(path.string());
    found.name = file.name;  // whatever it is called here, the record calls it so
    return found;
  };
  if (field == "init") request.inputs.init = picture();
  if (field == "init_color") request.inputs.init_color = picture();
  if (field == "vae") request.model.vae = path.string();
  if (field == "model_config") request.model.model_config = path.string();
  // Never a name of the list, which would bring what the list keeps of it.
  if (field == "model") request.model.model = fs::absolute(path).string();
}

// Looks for one input.
class InputSearch {
 public:
  InputSearch(FileSums& sums, const InputKind& kind, const UsedFile& file,
              const std::function<void()>& stop_if_cancelled)
      : sums_(sums), kind_(kind), file_(file), stop_if_cancelled_(stop_if_cancelled) {}

  std::optional<fs::path> found() const { return found_; }

  /// Takes a candidate of the recorded name, or one that the user gives, if its sum is the recorded one; without a
  /// recorded sum in any case. Returns whether the search is over.
  bool try_named(const fs::path& path) {
    const std::string sum = is_there(path) ? sum_of(path) : std::string();
    if (sum.empty()) return false;
    if (file_.sha256.empty() || sum == file_.sha256) {
      found_ = path;
    } else if (!other_) {
      other_ = {.name = path.string(), .sha256 = sum};
    }
    return found_.has_value();
  }

  /// Takes any candidate with the recorded sum. Returns likewise.
  bool try_any(const fs::path& path) {
    if (!file_.sha256.empty() && is_there(path) && sum_of(path) == file_.sha256) found_ = path;
    return found_.has_value();
  }

  Difference missing() const {
    const std::string what = std::string(kind_.what) + " " + file_.name;
    const std::string give = "; give the right one with " + std::string(kind_.option);
    if (other_) {
      return {.code = "input_changed",
              .text = what + " has changed, or is another one: " + other_->name + " has the SHA-256 " + other_->sha256 +
                      ", and the record has " + file_.sha256 + give};
    }
    const std::string sum = file_.sha256.empty() ? "" : " (SHA-256 " + file_.sha256 + ")";
    return {.code = "input_missing", .text = what + sum + " is not found" + give};
  }

 private:
  std::string sum_of(const fs::path& path) {
    try {
      return SumsAtWork(sums_, {kind_.files(path)}).wait(stop_if_cancelled_).front();
    } catch (const Error&) {
      return {};  // a folder that is no model, or what cannot be read: not what is looked for
    }
  }

  FileSums& sums_;
  const InputKind& kind_;
  const UsedFile& file_;
  const std::function<void()>& stop_if_cancelled_;
  std::optional<fs::path> found_;
  std::optional<UsedFile> other_;  // the first with another sum
};

std::vector<RegisteredModel> models_of_list(const fs::path& models_root) {
  if (models_root.empty()) return {};
  try {
    return ModelRegistry(models_root).models();
  } catch (const Error&) {
    return {};  // a list that cannot be read has no model to offer
  }
}

std::optional<fs::path> model_in_the_box(const fs::path& data_folder) {
  try {
    return default_model_folder(data_folder);
  } catch (const Error&) {
    return std::nullopt;
  }
}

// Those whose verified sum is the recorded one first, though they may have changed since; then those of the name; then
// the one in the box, which is small.
void search_models(InputSearch& search, const UsedFile& file, const std::string& name, const RerunPlaces& places) {
  const std::vector<RegisteredModel> models = models_of_list(places.models_root);
  for (const RegisteredModel& model : models) {
    if (!model.sha256.empty() && model.sha256 == file.sha256 && search.try_any(model.path)) return;
  }
  const std::optional<fs::path> box = model_in_the_box(places.data_folder);
  if (box && is_same_name(name, kBoxModelName) && search.try_named(*box)) return;
  for (const RegisteredModel& model : models) {
    const bool is_named = is_same_name(model.name, name) || recorded_place(model.path.string()) == file.name;
    if (is_named && search.try_named(model.path)) return;
  }
  if (box) search.try_any(*box);
}

void search_kept_parts(InputSearch& search, std::string_view field, const fs::path& models_root) {
  for (const RegisteredModel& model : models_of_list(models_root)) {
    const fs::path& kept = field == "vae" ? model.vae.path : model.model_config;
    if (!kept.empty() && search.try_any(kept)) return;
  }
}

void search(InputSearch& search, const Record& record, const RerunPlaces& places, const InputKind& kind,
            const UsedFile& file) {
  const auto given = places.given.find(std::string(kind.field));
  if (given != places.given.end()) {
    // What is given is meant: nothing else is looked at.
    const bool is_model = kind.field == "model";
    const fs::path path =
        is_model ? resolve_model(given->second, places.models_root, places.data_folder) : fs::path(given->second);
    if (!is_there(path)) throw Error(Code::file_not_found, path.string() + ": no such file or folder");
    search.try_named(path);
    return;
  }
  if (kind.field == "model") return search_models(search, file, record.model, places);
  for (const fs::path& folder : places.folders) {
    if (!file.name.empty() && search.try_named(folder / file.name)) return;
  }
  if (kind.field != "init" && kind.field != "init_color") search_kept_parts(search, kind.field, places.models_root);
}

}  // namespace

RerunInputs find_rerun_inputs(const Record& record, const RerunPlaces& places, FileSums& sums,
                              const std::function<void()>& stop_if_cancelled) {
  RerunInputs inputs{.request = record.request};
  std::map<std::string, UsedFile> files = record.files;
  files.try_emplace("model", UsedFile{.name = record.model});  // of a record without sums
  for (const auto& [field, path] : places.given) {
    if (!files.contains(field)) throw Error(Code::usage, "the picture was made without " + field + "; leave it out");
  }
  for (const InputKind& kind : kInputKinds) {
    const auto file = files.find(std::string(kind.field));
    if (file == files.end()) continue;
    InputSearch one(sums, kind, file->second, stop_if_cancelled);
    search(one, record, places, kind, file->second);
    if (!one.found()) {
      inputs.missing.push_back(one.missing());
      continue;
    }
    set_place(inputs.request, file->second, kind.field, *one.found());
    if (file->second.sha256.empty()) {
      inputs.unsure.push_back({.code = "no_checksum",
                               .text = "the record has no checksum of " + std::string(kind.what) + " " +
                                       file->second.name + "; " + one.found()->string() + " is taken for it"});
    }
  }
  if (!inputs.request.noise.seed) {
    inputs.missing.push_back({.code = "seed_missing", .text = "the record has no seed"});
  }
  return inputs;
}

}  // namespace redraw
