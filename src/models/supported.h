// Refusing configurations that ask for what redraw does not support, by field, instead of computing something else.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string_view>

#include "base/json.h"

namespace redraw {

/// The field, if present, must be this string. Throws Error(model_unsupported).
void require_value(const JsonObject& config, std::string_view field, std::string_view expected);
/// The field, if present, must be this truth value. Throws Error(model_unsupported).
void require_flag(const JsonObject& config, std::string_view field, bool expected);
/// The fields must be absent or null. Throws Error(model_unsupported).
void require_absent(const JsonObject& config, std::initializer_list<std::string_view> fields);
/// The field must be `count` times this string. Throws Error(model_unsupported).
void require_all(const JsonObject& config, std::string_view field, std::string_view expected, size_t count);

}  // namespace redraw
