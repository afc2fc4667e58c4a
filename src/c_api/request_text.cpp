#include "c_api/request_text.h"

namespace redraw::c_api {
namespace {

JsonDoor door(const NamedPictures* pictures, bool allow_files) {
  return {.may_open_files = allow_files,
          .attachments = pictures,
          .how_to_allow = "; or create the engine with allow_files"};
}

}  // namespace

Request request_of_text(std::string_view text, const NamedPictures& pictures, bool allow_files) {
  return request_of_json_text(text, door(&pictures, allow_files));
}

Request plan_request_of_text(std::string_view text, bool allow_files) {
  JsonDoor without_pictures = door(nullptr, allow_files);
  without_pictures.needs_pictures = false;
  return request_of_json_text(text, without_pictures);
}

}  // namespace redraw::c_api
