// include/redraw/redraw.h on the engine. Every function ends its exceptions in `guarded`.
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "c_api/last_error.h"
#include "c_api/plan.h"
#include "c_api/run_handle.h"
#include "redraw/redraw.h"
#include "redraw/version.h"

using namespace redraw::c_api;

namespace {

// The bytes and their count; NULL and 0 for none.
const unsigned char* given_out(const std::vector<std::byte>& bytes, size_t* size) {
  *required(size, "size") = bytes.size();
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

extern "C" {

const char* redraw_version(void) {
  static const std::string version = redraw::version();
  return version.c_str();
}

const char* redraw_error_code(void) {
  return last_error_code();
}

const char* redraw_error_message(void) {
  return last_error_message();
}

void redraw_free(char* text) {
  std::free(text);
}

redraw_engine* redraw_create(const char* options) {
  return guarded<redraw_engine*>(nullptr, [&] {
    const CreateOptions read = read_create_options(options == nullptr ? "" : options);
    return new redraw_engine{.options = read, .engine = redraw::Engine(read.engine)};
  });
}

void redraw_destroy(redraw_engine* engine) {
  delete engine;
}

redraw_run* redraw_run_create(const char* request) {
  return guarded<redraw_run*>(nullptr, [&] { return new redraw_run{.request = required(request, "request")}; });
}

int redraw_run_add_picture(redraw_run* run, const char* name, const void* bytes, size_t size) {
  return guarded<int>(REDRAW_FAILED, [&] {
    const auto* begin = static_cast<const std::byte*>(required(bytes, "bytes"));
    redraw::Picture picture = redraw::Picture::memory({begin, begin + size}, required(name, "name"));
    if (!required(run, "run")->pictures.try_emplace(name, std::move(picture)).second) {
      throw redraw::Error(redraw::Code::usage, "the picture '" + std::string(name) + "' was given to this run before");
    }
    return REDRAW_OK;
  });
}

int redraw_run_on_event(redraw_run* run, redraw_event_function function, void* user) {
  return guarded<int>(REDRAW_FAILED, [&] {
    required(run, "run")->on_event = function;
    run->user = user;
    return REDRAW_OK;
  });
}

int redraw_run_execute(redraw_run* run, redraw_engine* engine) {
  return guarded<int>(REDRAW_FAILED, [&] { return execute(*required(run, "run"), *required(engine, "engine")); });
}

void redraw_run_cancel(redraw_run* run) {
  if (run != nullptr) run->cancellation.cancel();
}

const unsigned char* redraw_run_preview(redraw_run* run, size_t picture, size_t* size) {
  return guarded<const unsigned char*>(nullptr,
                                       [&] { return given_out(preview(*required(run, "run"), picture), size); });
}

size_t redraw_run_picture_count(const redraw_run* run) {
  return run == nullptr ? 0 : run->made.size();
}

const unsigned char* redraw_run_picture(const redraw_run* run, size_t index, size_t* size) {
  return guarded<const unsigned char*>(nullptr, [&] {
    const size_t count = required(run, "run")->made.size();
    if (index >= count) {
      throw redraw::Error(redraw::Code::out_of_range, "index is " + std::to_string(index) + "; this run has " +
                                                          std::to_string(count) + " pictures, counted from 0");
    }
    return given_out(run->made[index].png, size);
  });
}

const char* redraw_run_result(redraw_run* run) {
  return guarded<const char*>(nullptr, [&] {
    if (!required(run, "run")->is_over) throw redraw::Error(redraw::Code::usage, "this run is not over");
    if (run->result_json.empty()) run->result_json = run_json(*run);
    return run->result_json.c_str();
  });
}

void redraw_run_destroy(redraw_run* run) {
  delete run;
}

char* redraw_plan(const redraw_engine* engine, const char* request) {
  return guarded<char*>(nullptr, [&] {
    const std::string plan =
        plan_json(required(request, "request"), engine == nullptr ? CreateOptions() : engine->options);
    char* text = ::strdup(plan.c_str());
    if (text == nullptr) throw std::bad_alloc();
    return text;
  });
}

}  // extern "C"
