#include "jobs/request_key.h"

#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/fnv1a.h"
#include "base/input_file.h"
#include "base/json_text.h"
#include "library/model_files.h"
#include "request/request_json.h"

namespace redraw {
namespace {

// Where nothing lies there, or no model, the run says so.
std::string stamped_place(const std::string& place, FieldKind kind) {
  const std::filesystem::path path = std::filesystem::absolute(place).lexically_normal();
  try {
    const ModelFiles files = kind == FieldKind::weights ? vae_files(path) : model_files(path);
    return fmt::format("{} {} bytes {}", path.string(), files.bytes, files.modified_ns);
  } catch (const Error&) {
    return path.string();
  }
}

}  // namespace

std::string RequestKeys::of(const Request& request) {
  nlohmann::json fields = nlohmann::json::object();
  for (const Field* field : request_fields()) {
    const std::optional<FieldValue> value = get_field(request, *field);
    if (!value || field->name == "max_memory" || field->name == "batch_size") continue;
    nlohmann::json& json = fields[std::string(field->name)];
    if (const auto* picture = std::get_if<Picture>(&*value)) {
      json = picture->name + " " + hash_of(*picture);
    } else if (opens_files(field->kind)) {
      json = stamped_place(std::get<std::string>(*value), field->kind);
    } else {
      json = field_json(*value);
    }
  }
  // What is not UTF-8 is refused when the prompt is read; until then it must not be in the way.
  return json_text(fields);
}

std::string RequestKeys::id_of(const Sweep& sweep) {
  nlohmann::json asked = {of(sweep.base)};
  for (const SweepAxis& axis : sweep.axes) {
    nlohmann::json values = {axis.field->name};
    for (const FieldValue& value : axis.values) values.push_back(field_json(value));
    asked.push_back(values);
  }
  return fmt::format("{:08x}", fnv1a(json_text(asked)) & 0xFFFFFFFFu);
}

std::string RequestKeys::hash_of(const Picture& picture) {
  if (!picture.is_file()) return fmt::format("{:016x}", fnv1a(picture.bytes()));
  const auto known = file_hashes_.find(picture.path());
  if (known != file_hashes_.end()) return known->second;
  const std::string hash = fmt::format("{:016x}", fnv1a(read_whole_file(picture.path())));
  return file_hashes_.emplace(picture.path(), hash).first->second;
}

}  // namespace redraw
