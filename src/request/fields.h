// The table of a request's fields: names, groups, ranges, defaults, help. Command line, JSON, record, schema and,
// later, the web form are made from it.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "redraw/request.h"
#include "request/field.h"

namespace redraw {

/// "inputs", "steps", ...
std::string_view name_of(Group group);
/// "text", "choice", ...
std::string_view name_of(FieldKind kind);
/// Whether a value of the kind names something on the disk of the program.
bool opens_files(FieldKind kind);

/// In the order in which help shows them.
std::span<const Field* const> request_fields();
/// Of EngineOptions::threads, which is no field of a request and is asked for like one. It has no slot.
const Field& threads_field();
/// Throws Error(unknown_field) with the nearest name.
const Field& find_field(std::string_view name);

/// Throws std::bad_variant_access for a value of another kind; check_field makes one of the field's own.
void set_field(Request& request, const Field& field, FieldValue value);
/// Empty when the request leaves it open.
std::optional<FieldValue> get_field(const Request& request, const Field& field);

}  // namespace redraw
