#include "cli/models_command.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "base/byte_size.h"
#include "base/error.h"
#include "base/json_text.h"
#include "cli/interrupt_guard.h"
#include "cli/print_text.h"
#include "library/default_model.h"
#include "library/model_list_text.h"
#include "library/model_name.h"
#include "library/model_registry.h"
#include "library/model_scan.h"
#include "library/model_verify.h"
#include "library/registry_rebuild.h"

namespace redraw::cli {
namespace {

namespace fs = std::filesystem;

void print_json(const nlohmann::json& json) {
  fmt::print("{}\n", json_text(json));
}

int add(ModelRegistry& registry, const std::string& path, const std::optional<std::string>& name,
        const CheckpointOptions& options, bool json) {
  const RegisteredModel model = registry.add(path, name, options);
  if (json) {
    print_json({{"model", json_of(model)}});
    return 0;
  }
  const std::string vae = model.vae.path.empty() ? "" : ", with the autoencoder " + model.vae.path.string();
  print_text(stdout, "added {}: {} ({}, {}, {}){}; it stays where it is\n", model.name, model.path.string(),
             model.summary.family, model.summary.format, byte_size(model.summary.bytes), vae);
  return 0;
}

int list(const ModelRegistry& registry, bool json) {
  const std::vector<ListedModel> models = listed_models(registry);
  if (!json) {
    print_text(stdout, "{}", model_table(models));
    return 0;
  }
  nlohmann::json rows = nlohmann::json::array();
  for (const ListedModel& model : models) rows.push_back(listed_json(model));
  nlohmann::json places = nlohmann::json::array();
  for (const fs::path& place : all_places(registry)) places.push_back(place.string());
  const std::string chosen = registry.default_name();
  print_json({{"models", rows},
              {"default", chosen.empty() ? std::string(kBoxModelName) : chosen},
              {"places", places},
              {"models_root", registry.root().string()}});
  return 0;
}

int info(const ModelRegistry& registry, const std::string& name, bool json) {
  const ListedModel model = listed_model(registry, name);
  if (json) {
    print_json({{"model", listed_json(model)}});
  } else {
    print_text(stdout, "{}", model_text(model));
  }
  return 0;
}

bool is_below(const fs::path& path, const fs::path& folder) {
  const fs::path relative = path.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

int remove(ModelRegistry& registry, const std::string& name, bool json) {
  const bool was_default = is_same_name(registry.default_name(), registry.require(name).name);
  const RegisteredModel model = registry.remove(name);
  if (json) {
    print_json({{"removed", json_of(model)}});
    return 0;
  }
  print_text(stdout, "forgot {}; its files were not touched: {}\n", model.name, model.path.string());
  if (was_default) print_text(stdout, "it was the default; now the model in the box is, {}\n", kBoxModelName);
  for (const fs::path& place : all_places(registry)) {
    if (!is_below(model.path, place)) continue;
    print_text(stdout, "the next scan finds it again, because it lies in {}\n", place.string());
    break;
  }
  return 0;
}

fs::path place_of(const std::string& text) {
  std::error_code problem;
  if (!fs::exists(text, problem)) throw Error(Code::file_not_found, text + ": no such folder");
  fs::path place = place_to_keep(text);
  if (!fs::is_directory(place)) throw Error(Code::usage, text + ": is a file; `redraw models add` takes files");
  return place;
}

int scan(ModelRegistry& registry, const std::string& folder, bool json) {
  std::vector<fs::path> places;
  if (folder.empty()) {
    places = all_places(registry);
  } else {
    places.push_back(place_of(folder));
    if (places.front() != registry.models_folder()) registry.add_place(places.front());
  }
  const std::vector<ScanLine> lines = scan_models(registry, places);
  if (json) {
    nlohmann::json events = nlohmann::json::array();
    for (const ScanLine& line : lines) {
      events.push_back(
          {{"event", event_name(line.event)}, {"name", line.name}, {"path", line.path.string()}, {"text", line.text}});
    }
    print_json({{"events", events}, {"models", registry.models().size()}});
    return 0;
  }
  for (const ScanLine& line : lines) print_text(stdout, "{}\n", line.text);
  if (places.empty()) {
    print_text(stdout, "there is no place to look through: `redraw models scan DIR` adds one, and {} is always one\n",
               registry.models_folder().string());
  } else if (lines.empty()) {
    print_text(stdout, "nothing new in {} {}\n", places.size(), places.size() == 1 ? "place" : "places");
  }
  return 0;
}

// Says what is wrong with all of them on stderr; the exit status is that of the first.
int verify(ModelRegistry& registry, const std::string& name, bool json) {
  const std::vector<RegisteredModel> models =
      name.empty() ? registry.models() : std::vector<RegisteredModel>{registry.require(name)};
  nlohmann::json rows = nlohmann::json::array();
  std::optional<Code> wrong;
  for (const RegisteredModel& model : models) {
    const Verification found = verify_model(registry, model);
    nlohmann::json row = {
        {"name", found.name}, {"state", state_name(found.state)}, {"sha256", found.sha256}, {"text", found.text}};
    if (!found.vae_sha256.empty()) row["vae_sha256"] = found.vae_sha256;
    if (found.is_good()) {
      if (!json) print_text(stdout, "{}\n", found.text);
    } else {
      if (!wrong) wrong = found.code;
      row["code"] = code_info(found.code).name;
      print_text(stderr, "redraw: {}\n", found.text);
    }
    rows.push_back(row);
  }
  if (json) print_json({{"verified", rows}});
  if (models.empty() && !json)
    print_text(stdout, "there are no models in the list: `redraw models add PATH` adds one\n");
  return wrong ? code_info(*wrong).exit_status : 0;
}

int choose_default(ModelRegistry& registry, const std::string& name, bool json) {
  if (!name.empty()) registry.set_default(name);
  const std::string chosen = registry.default_name();
  const fs::path path = chosen.empty() ? default_model_folder() : registry.require(chosen).path;
  const std::string shown = chosen.empty() ? std::string(kBoxModelName) : chosen;
  if (json) {
    print_json({{"default", shown}, {"path", path.string()}});
  } else {
    print_text(stdout, "the default is {}: {}\n", shown, path.string());
  }
  return 0;
}

int rebuild(const fs::path& root, bool json) {
  const std::vector<std::string> lines = rebuild_registry(root);
  if (json) {
    print_json({{"lines", lines}, {"models", ModelRegistry(root).models().size()}});
    return 0;
  }
  for (const std::string& line : lines) print_text(stdout, "{}\n", line);
  return 0;
}

}  // namespace

ModelsCommand::ModelsCommand(CLI::App& program)
    : models_(program.add_subcommand("models", "Keeps a list of your models, by name; they stay where they are")),
      add_(models_->add_subcommand("add", "Adds a file or a diffusers folder to the list")),
      list_(models_->add_subcommand("list", "Lists the models")),
      info_(models_->add_subcommand("info", "Prints everything about a model")),
      remove_(models_->add_subcommand("remove", "Removes a model from the list; its files stay")),
      scan_(models_->add_subcommand("scan", "Looks for new, missing, moved and changed models")),
      verify_(models_->add_subcommand("verify", "Compares checksums with the recorded ones, or records them")),
      default_(models_->add_subcommand("default", "Prints or sets the model that is used when none is named")),
      rebuild_(models_->add_subcommand("rebuild", "Rebuilds a damaged list, with its names, places and default")),
      add_fields_(*add_, fields_of_checkpoint()),
      checkpoints_(*models_) {
  models_->require_subcommand(1);
  add_->add_option("path", path_, "a file or a diffusers folder; it stays where it is")
      ->required()
      ->option_text("PATH");
  add_->add_option("--name", own_name_, "its name in the list [made from the file's name]")->option_text("NAME");
  for (CLI::App* command : {info_, remove_}) {
    command->add_option("name", name_, "name of a model in the list")->required()->option_text("NAME");
  }
  scan_->add_option("folder", path_, "a folder to search now and in every later scan [all known places]")
      ->option_text("DIR");
  verify_->add_option("name", name_, "name of a model in the list [all]")->option_text("NAME");
  default_
      ->add_option("name", name_, "name of a model in the list, or emoji-128, the one in the box [prints the default]")
      ->option_text("NAME");
  for (CLI::App* command : models_->get_subcommands({})) {
    command->set_help_flag("-h,--help", "print this help and exit");
    command->fallthrough();
  }
}

bool ModelsCommand::is_asked() const {
  return models_->parsed();
}

int ModelsCommand::run(const std::string& models_root, bool json) const {
  if (checkpoints_.is_asked()) return checkpoints_.run(models_root, json);
  if (models_root.empty()) {
    throw Error(Code::usage,
                "redraw does not know where the list of models is, because neither XDG_DATA_HOME nor HOME is set; give "
                "--models-root DIR");
  }
  make_file_size_limit_an_error();
  if (*rebuild_) return rebuild(models_root, json);
  ModelRegistry registry(models_root);
  if (*add_) {
    const bool is_named = add_->count("--name") != 0;
    const RequestModel known = add_fields_.request().model;
    return add(registry, path_, is_named ? std::optional(own_name_) : std::nullopt,
               {.vae = known.vae.value_or(""),
                .prediction = known.prediction.value_or(""),
                .configs = known.model_config.value_or("")},
               json);
  }
  if (*info_) return info(registry, name_, json);
  if (*remove_) return remove(registry, name_, json);
  if (*scan_) return scan(registry, path_, json);
  if (*verify_) return verify(registry, name_, json);
  if (*default_) return choose_default(registry, name_, json);
  return list(registry, json);
}

}  // namespace redraw::cli
