#include "c_api/engine_handle.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "base/json.h"
#include "base/suggest.h"
#include "redraw/error.h"

namespace redraw::c_api {

CreateOptions read_create_options(std::string_view text) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"threads", "models_root", "data_folder", "model_cache_bytes", "cache_folder", "allow_files"});
  constexpr int64_t kAnyInt = std::numeric_limits<int>::max();  // Engine checks the range
  if (text.empty()) return {};
  const JsonObject options = JsonObject::parse(text, "the options");
  for (const auto& [name, value] : options.raw().items()) {
    if (std::ranges::find(kNames, name) == kNames.end()) {
      throw Error(Code::unknown_field, unknown_name_message("option", name, kNames));
    }
  }
  return {.engine = EngineOptions{.threads = static_cast<int>(options.integer("threads", -kAnyInt, kAnyInt, 0)),
                                  .models_root = options.string("models_root", ""),
                                  .data_folder = options.string("data_folder", ""),
                                  .model_cache_bytes = static_cast<uint64_t>(
                                      options.integer("model_cache_bytes", 0, std::numeric_limits<int64_t>::max(), 0)),
                                  .cache_folder = options.string("cache_folder", "")},
          .allow_files = options.boolean("allow_files", false)};
}

bool Turn::take(const Cancellation& cancellation) {
  if (holder_.load() == std::this_thread::get_id()) {
    throw Error(Code::usage, "this thread is running a run of the same engine; execute the next one after it");
  }
  // A look at the cancellation in between, since redraw_run_cancel may come from a signal handler and cannot wake
  // anybody.
  while (!mutex_.try_lock_for(std::chrono::milliseconds(20))) {
    if (cancellation.is_cancelled()) return false;
  }
  holder_.store(std::this_thread::get_id());
  return true;
}

void Turn::give_back() {
  holder_.store(std::thread::id());
  mutex_.unlock();
}

}  // namespace redraw::c_api
