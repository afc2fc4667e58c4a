#include "checkpoint/convert.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "base/ascii.h"
#include "base/error.h"
#include "base/listed.h"
#include "base/utf8.h"
#include "checkpoint/inspect.h"
#include "checkpoint/own_files.h"
#include "checkpoint/part_converter.h"
#include "checkpoint/prediction.h"
#include "checkpoint/self_description.h"
#include "checkpoint/single_file.h"
#include "checkpoint/stated_defaults.h"
#include "checkpoint/tokenizers.h"
#include "weights/safetensors/safetensors_writer.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

void write_text(const fs::path& path, const std::string& text) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  if (!file.flush()) throw Error(Code::output_not_writable, path.string() + ": cannot be written");
}

void write_json(const fs::path& path, const nlohmann::json& json) {
  write_text(path, json.dump(2) + "\n");
}

void copy_tokenizer(const fs::path& from, const fs::path& to) {
  for (const char* name : {"vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json",
                           "added_tokens.json", "tokenizer.json"}) {
    std::error_code error;
    if (!fs::exists(from / name, error)) continue;
    fs::create_directories(to, error);
    fs::copy_file(from / name, to / name, fs::copy_options::overwrite_existing, error);
    if (error) throw Error(Code::output_not_writable, (to / name).string() + ": " + error.message());
  }
}

nlohmann::json tokenizer_config(std::string_view pad) {
  return {{"tokenizer_class", "CLIPTokenizer"}, {"model_max_length", 77},       {"bos_token", "<|startoftext|>"},
          {"eos_token", "<|endoftext|>"},       {"unk_token", "<|endoftext|>"}, {"pad_token", pad},
          {"add_prefix_space", false},          {"do_lower_case", true},        {"errors", "replace"}};
}

void write_tokenizer(const Checkpoint& checkpoint, const std::string& encoder, const fs::path& destination,
                     const ConvertRequest& request) {
  const std::string name = encoder == "text_encoder" ? "tokenizer" : "tokenizer_2";
  if (const auto folder = checkpoint.tokenizer_folder(name)) {
    copy_tokenizer(*folder, destination / name);
    return;
  }
  copy_tokenizer(request.vocabulary, destination / name);
  write_json(destination / name / "tokenizer_config.json", tokenizer_config(standard_pad(checkpoint.spec(), encoder)));
}

nlohmann::json model_index(const Checkpoint& checkpoint) {
  const ModelConfigs& configs = checkpoint.configs();
  nlohmann::json index = {{"_class_name", configs.pipeline_class}, {"_diffusers_version", "0.42.1"}};
  // The pipeline's settings are the source's; its lists of two are parts.
  for (const auto& [name, value] : configs.index.raw().items()) {
    if (!value.is_array()) index[name] = value;
  }
  for (const auto& [part, config] : configs.parts) {
    const bool is_text = part.starts_with("text_encoder");
    const auto classes = is_text && config.has("architectures") ? config.strings("architectures")
                                                                : std::vector<std::string>{"CLIPTextModel"};
    index[part] = {is_text ? "transformers" : "diffusers", is_text ? classes.front() : config.string("_class_name")};
    if (is_text) index[part == "text_encoder" ? "tokenizer" : "tokenizer_2"] = {"transformers", "CLIPTokenizer"};
  }
  if (checkpoint.spec().text_encoder_2) {
    index["force_zeros_for_empty_prompt"] = configs.force_zeros_for_empty_prompt;
  } else {
    index["safety_checker"] = {nullptr, nullptr};
    index["feature_extractor"] = {nullptr, nullptr};
    index["requires_safety_checker"] = false;
  }
  return index;
}

/// Files beside model_index.json that go along into another folder, by how their names begin or end, in small letters.
struct TextForPeople {
  std::string_view begin;
  std::string_view end;
};
constexpr auto kTextsForPeople = std::to_array<TextForPeople>({{"license", ""},
                                                               {"licence", ""},
                                                               {"copying", ""},
                                                               {"notice", ""},
                                                               {"use_policy", ""},
                                                               {"readme", ""},
                                                               {"", ".md"}});

bool is_text_for_people(const std::string& file) {
  const std::string name = ascii_small(file);
  return std::ranges::any_of(kTextsForPeople, [&](const TextForPeople& row) {
    return name.starts_with(row.begin) && name.ends_with(row.end);
  });
}

// The names of the folder's own files that are neither its index nor its defaults, sorted; of a single file none.
std::vector<std::string> other_files(const Checkpoint& checkpoint) {
  std::vector<std::string> names;
  if (checkpoint.layout() != Layout::diffusers) return names;
  std::error_code failed;
  for (fs::directory_iterator it(checkpoint.path(), failed), end; !failed && it != end; it.increment(failed)) {
    std::error_code ignored;
    const std::string name = it->path().filename().string();
    const bool is_hidden = name.starts_with(".");
    if (!is_hidden && it->is_regular_file(ignored) && name != "model_index.json" && name != kDefaultsFile) {
      names.push_back(name);
    }
  }
  std::ranges::sort(names);
  return names;
}

// Parts that model_index.json lists and that a converted model does not have.
std::vector<std::string> other_parts(const Checkpoint& checkpoint) {
  std::vector<std::string> names;
  for (const auto& [name, value] : checkpoint.configs().index.raw().items()) {
    const bool is_there = value.is_array() && !value.empty() && value.back().is_string();
    if (is_there && !checkpoint.configs().has(name) && !name.starts_with("tokenizer"))
      names.emplace_back(cut_utf8(name, 100));
  }
  return names;
}

void note_left(const std::string& what, const std::vector<std::string>& names, std::vector<std::string>& notes) {
  if (!names.empty()) notes.push_back(what + ": " + listed(names));
}

// What a folder has besides its model: copied to a folder, else named.
void copy_texts(const Checkpoint& checkpoint, const fs::path& destination, std::vector<std::string>& notes) {
  std::vector<std::string> left;
  for (const std::string& name : other_files(checkpoint)) {
    if (!is_text_for_people(name)) {
      left.push_back(name);
      continue;
    }
    std::error_code error;
    fs::copy_file(checkpoint.path() / name, destination / name, fs::copy_options::overwrite_existing, error);
    if (error) throw Error(Code::output_not_writable, (destination / name).string() + ": " + error.message());
  }
  note_left("not copied", left, notes);
}

// The marks whose meaning the result has, in one form or another.
bool is_carried_mark(const Checkpoint& checkpoint, const std::string& name) {
  const SchedulerConfig& scheduler = checkpoint.spec().scheduler;
  if (name == kVelocityMark) return scheduler.prediction_type == PredictionType::v_prediction;
  return name == kZeroSnrMark && scheduler.rescale_betas_zero_snr;
}

std::vector<std::string> tensors_narrowed(const Checkpoint& checkpoint, const ConvertRequest& request) {
  std::set<std::string> names;
  for (const PartSource& part : checkpoint.parts()) {
    for (const KeyRow& row : part.keys) {
      const TensorEntry* entry = part.find(row);
      if (!request.dtype && entry != nullptr && entry->dtype == DType::f64) names.insert(entry->name);
    }
  }
  return {names.begin(), names.end()};
}

void refuse_existing(const fs::path& destination, const ConvertRequest& request) {
  std::error_code ignored;
  if (request.is_overwriting || !fs::exists(destination, ignored)) return;
  if (fs::is_directory(destination, ignored) && fs::is_empty(destination, ignored)) return;
  throw Error(Code::usage, destination.string() + ": is there already; choose another name, or overwrite it (--force)");
}

Converted convert_to_file(const Checkpoint& checkpoint, const fs::path& destination, const ConvertRequest& request) {
  std::vector<TensorToWrite> tensors;
  std::vector<PartConverter> converters;  // the tensors refer to them
  converters.reserve(checkpoint.parts().size());
  for (const char* name : {"unet", "vae", "text_encoder", "text_encoder_2"}) {
    if (!checkpoint.configs().has(name)) continue;
    converters.emplace_back(checkpoint.part(name), request.layout, request.dtype,
                            std::string(published_prefix(checkpoint.spec().family, name)));
    converters.back().append_to(tensors);
  }
  SelfDescription own = describe_single_file(checkpoint, tensors, destination);
  for (const std::string& mark : own.marks) tensors.push_back(mark_to_write(mark));
  write_safetensors(destination, tensors, own.metadata);
  note_left("not copied, because one file cannot hold them", other_files(checkpoint), own.notes);
  return {.files = {destination},
          .bytes = fs::file_size(destination),
          .narrowed = {},
          .left_out = {},
          .notes = std::move(own.notes)};
}

Converted convert_to_folder(const Checkpoint& checkpoint, const fs::path& destination, const ConvertRequest& request) {
  require_tokenizers(checkpoint);
  Converted converted;
  SelfDescription carried = carried_metadata(checkpoint);
  converted.notes = std::move(carried.notes);
  for (const PartSource& part : checkpoint.parts()) {
    const bool is_text = part.name.starts_with("text_encoder");
    const fs::path folder = destination / part.name;
    write_json(folder / "config.json", checkpoint.configs().part(part.name).raw());
    std::vector<TensorToWrite> tensors;
    const PartConverter converter(part, request.layout, request.dtype, "");
    converter.append_to(tensors);
    const fs::path file = folder / (is_text ? "model.safetensors" : "diffusion_pytorch_model.safetensors");
    write_safetensors(file, tensors, part.name == "unet" ? carried.metadata : Metadata{{"format", "pt"}});
    converted.bytes += fs::file_size(file);
    converted.files.push_back(file);
    if (is_text) write_tokenizer(checkpoint, part.name, destination, request);
  }
  write_json(destination / "scheduler" / "scheduler_config.json", checkpoint.configs().part("scheduler").raw());
  if (const std::optional<JsonObject> defaults = stated_defaults(checkpoint)) {
    write_json(destination / kDefaultsFile, defaults->raw());
  }
  copy_texts(checkpoint, destination, converted.notes);
  // Last, so that a folder that was not finished is none.
  write_json(destination / "model_index.json", model_index(checkpoint));
  return converted;
}

}  // namespace

Converted convert(const Checkpoint& checkpoint, const fs::path& destination, const ConvertRequest& request) {
  if (checkpoint.spec().tiny_vae) {
    throw Error(
        Code::usage,
        checkpoint.part("vae").file->path().string() +
            ": is a tiny autoencoder, and a model is written with a whole one; convert with the model's own, and "
            "give the tiny one as --vae to make pictures");
  }
  refuse_own_files(checkpoint, destination);
  refuse_existing(destination, request);
  checkpoint.require_whole();
  Converted converted = request.layout == Layout::ldm ? convert_to_file(checkpoint, destination, request)
                                                      : convert_to_folder(checkpoint, destination, request);
  converted.narrowed = tensors_narrowed(checkpoint, request);
  converted.left_out = tensors_without_place(checkpoint);
  std::erase_if(converted.left_out, [&](const std::string& name) { return is_carried_mark(checkpoint, name); });
  note_left("left out, because redraw does not use them", other_parts(checkpoint), converted.notes);
  return converted;
}

}  // namespace redraw
