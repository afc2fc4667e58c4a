// A request that comes from outside as JSON, with its pictures as bytes.
#pragma once

#include <string_view>

#include "request/request_json.h"

namespace redraw::c_api {

/// Pictures that were given with a run, by their names.
using NamedPictures = JsonDoor::Attachments;

/// The request. A picture's field names one of `pictures`. Where files are allowed it may be a path instead, and so may
/// every other field that opens one; a model's name is always allowed. Throws Error: json_malformed, unknown_field,
/// usage for a place that is not allowed or a picture that was not given, and what check_field throws.
Request request_of_text(std::string_view text, const NamedPictures& pictures, bool allow_files);

/// Likewise for a plan, which reads no picture: those that the request names need not be given.
Request plan_request_of_text(std::string_view text, bool allow_files);

}  // namespace redraw::c_api
