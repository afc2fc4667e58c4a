#include "jobs/request_key.h"

#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/fnv1a.h"
#include "base/input_file.h"
#include "base/json_text.h"

namespace redraw {
std::string RequestKeys::of(const Request& request) {
  nlohmann::json fields = nlohmann::json::object();
  for (const Field& field : request_fields()) {
    if (const std::optional<FieldValue> value = get_field(request, field)) {
      fields[std::string(field.name)] = field_json(*value);
    }
  }
  const auto by_bytes = [&](const char* field, const std::string& path) {
    if (path.empty()) return;
    fields[field] = std::filesystem::path(path).filename().string() + " " + hash_of_file(path);
  };
  by_bytes("init", request.init);
  by_bytes("init_color", request.init_color.value_or(""));
  if (request.model) fields["model"] = std::filesystem::absolute(*request.model).lexically_normal().string();
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

const std::string& RequestKeys::hash_of_file(const std::string& path) {
  const auto known = file_hashes_.find(path);
  if (known != file_hashes_.end()) return known->second;
  return file_hashes_.emplace(path, fmt::format("{:016x}", fnv1a(read_whole_file(path)))).first->second;
}

}  // namespace redraw
