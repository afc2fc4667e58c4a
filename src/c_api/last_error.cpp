#include "c_api/last_error.h"

#include "base/unicode_text.h"

namespace redraw::c_api {
namespace {

struct LastError {
  std::string_view code = "";  // of the table of codes, whose names are literals
  std::string message;
};

LastError& last_error() {
  thread_local LastError last;
  return last;
}

}  // namespace

const char* last_error_code() noexcept {
  return last_error().code.data();
}

const char* last_error_message() noexcept {
  return last_error().message.c_str();
}

void set_last_error(Code code, std::string_view message) noexcept {
  LastError& last = last_error();
  last.code = code_info(code).name;
  try {
    last.message = printable_text(message);  // one line, whatever bytes it quotes
  } catch (...) {
    last.message.clear();
  }
}

}  // namespace redraw::c_api
