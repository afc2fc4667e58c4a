#include "request/parsed_json.h"

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "base/error.h"
#include "base/utf8.h"
#include "request/request_json.h"

namespace redraw {
namespace {

[[noreturn]] void refuse_json(const std::string& where, const std::string& what) {
  throw Error(Code::json_malformed, (where.empty() ? "the request " : where + ": ") + what);
}

// Watches the parser, which keeps the last of two equal keys and knows no limit.
class JsonWatch {
 public:
  explicit JsonWatch(const std::string& where) : where_(&where) {}

  // depth: how many lists and objects are open. Throws Error.
  void see(int depth, nlohmann::json::parse_event_t event, const nlohmann::json& parsed) {
    using Event = nlohmann::json::parse_event_t;
    if (event == Event::object_end || event == Event::array_end) {
      if (event == Event::object_end) keys_.pop_back();
      return;
    }
    if (event == Event::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (keys_.back().insert(key).second) return;
      refuse_json(*where_, "has '" + std::string(cut_utf8(key, 100)) + "' twice");
    }
    if (++values_ > kMaxRequestJsonValues)
      refuse_json(*where_, "has more than " + std::to_string(kMaxRequestJsonValues) + " values");
    const bool opens = event == Event::object_start || event == Event::array_start;
    if (opens && depth >= kMaxRequestJsonDepth)
      refuse_json(*where_, "is nested more than " + std::to_string(kMaxRequestJsonDepth) + " levels deep");
    if (event == Event::object_start) keys_.emplace_back();
  }

 private:
  const std::string* where_;
  size_t values_ = 0;
  std::vector<std::set<std::string>> keys_;  // of the objects that are open
};

}  // namespace

nlohmann::json parsed_json(std::string_view text, const std::string& where) {
  if (text.size() > kMaxRequestJson)
    refuse_json(where, "has more than " + std::to_string(kMaxRequestJson >> 20) + " MiB");
  JsonWatch watch(where);
  nlohmann::json json;
  try {
    json = nlohmann::json::parse(text, [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
      watch.see(depth, event, parsed);
      return true;
    });
  } catch (const nlohmann::json::parse_error& e) {
    refuse_json(where, "is not valid JSON (byte " + std::to_string(e.byte) + ")");
  } catch (const nlohmann::json::out_of_range&) {
    refuse_json(where, "has a number that is too large");
  }
  if (!json.is_object()) refuse_json(where, "is not a JSON object, {...}");
  return json;
}

}  // namespace redraw
