#include "c_api/request_text.h"

#include <functional>
#include <nlohmann/json.hpp>

#include "base/input_file.h"
#include "base/json.h"
#include "base/utf8.h"
#include "redraw/error.h"
#include "request/field_value.h"
#include "request/request_json.h"

namespace redraw::c_api {
namespace {

[[noreturn]] void refuse_place(const Field& field, const std::string& place, const std::string& what_to_do) {
  throw Error(Code::usage, "'" + std::string(field.name) + "' is '" + std::string(cut_utf8(place, 100)) +
                               "', and requests may open no files here; " + what_to_do +
                               ", or create the engine with allow_files");
}

// A name of the list of models, and nothing that choose_model takes for a path: one with a '/', or what is there.
bool is_name_of_model(const std::string& place) {
  return place.find('/') == std::string::npos && !is_there(place);
}

using FindPicture = std::function<Picture(const Field&, const std::string& name)>;

Request read_request(std::string_view text, bool allow_files, const FindPicture& find_picture) {
  const JsonObject json = JsonObject::parse(text, "the request");
  Request request;
  for (const auto& [name, value] : json.raw().items()) {
    const Field& field = find_field(name);
    if (value.is_null()) continue;  // as if it were not there
    if (opens_files(field.kind) && !value.is_string()) {
      throw Error(Code::json_wrong_type,
                  "'" + std::string(field.name) + "' must be " + std::string(kind_phrase(field.kind)));
    }
    if (field.kind == FieldKind::picture) {
      set_field(request, field, find_picture(field, value.get<std::string>()));
      continue;
    }
    if (opens_files(field.kind) && !allow_files) {
      const std::string place = value.get<std::string>();
      if (field.kind != FieldKind::model) refuse_place(field, place, "leave it out");
      if (!is_name_of_model(place)) refuse_place(field, place, "give the name of a model of the list");
    }
    set_field(request, field, check_field(field, field_value_of_json(field, value)));
  }
  return request;
}

}  // namespace

Request request_of_text(std::string_view text, const NamedPictures& pictures, bool allow_files) {
  return read_request(text, allow_files, [&](const Field& field, const std::string& name) {
    const auto given = pictures.find(name);
    if (given != pictures.end()) return given->second;
    if (!allow_files) refuse_place(field, name, "give a picture of that name with the request");
    return Picture::file(name);
  });
}

Request plan_request_of_text(std::string_view text, bool allow_files) {
  return read_request(text, allow_files,
                      [](const Field&, const std::string& name) { return Picture::memory({}, name); });
}

}  // namespace redraw::c_api
