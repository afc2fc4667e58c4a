#include "models/supported.h"

#include "base/error.h"

namespace redraw {
namespace {

[[noreturn]] void refuse(const JsonObject& config, std::string_view field, const std::string& why) {
  throw Error(Code::model_unsupported, config.where() + ": '" + std::string(field) + "' " + why);
}

}  // namespace

void require_value(const JsonObject& config, std::string_view field, std::string_view expected) {
  const std::string value = config.string(field, std::string(expected));
  if (value != expected) refuse(config, field, "is '" + value + "'; only '" + std::string(expected) + "' is supported");
}

void require_flag(const JsonObject& config, std::string_view field, bool expected) {
  if (config.boolean(field, expected) != expected) {
    refuse(config, field, std::string("is ") + (expected ? "false" : "true") + ", which is not supported");
  }
}

void require_absent(const JsonObject& config, std::initializer_list<std::string_view> fields) {
  for (std::string_view field : fields) {
    if (config.has(field)) refuse(config, field, "is set, which is not supported");
  }
}

void require_all(const JsonObject& config, std::string_view field, std::string_view expected, size_t count) {
  const std::vector<std::string> values = config.strings(field);
  if (values.size() != count) refuse(config, field, "must have " + std::to_string(count) + " entries");
  for (const std::string& value : values) {
    if (value != expected) {
      refuse(config, field, "has a '" + value + "'; only " + std::string(expected) + " is supported");
    }
  }
}

}  // namespace redraw
