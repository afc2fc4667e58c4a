#include "request/fields.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/suggest.h"
#include "request/field_tables.h"

namespace redraw {
namespace {

constexpr std::array<std::string_view, 8> kGroupNames = {"inputs", "steps",   "guidance", "noise",
                                                         "size",   "effects", "model",    "output"};

constexpr std::array<std::string_view, 14> kKindNames = {"text",    "choice",  "flag",        "integer",      "number",
                                                         "seed",    "side",    "number_list", "seed_weights", "axes",
                                                         "picture", "weights", "folder",      "model"};

std::vector<const Field*> all_rows() {
  std::vector<const Field*> rows;
  for (const std::span<const Field> table :
       {fields_of_inputs(), fields_of_steps(), fields_of_guidance(), fields_of_noise(), fields_of_size(),
        fields_of_effects(), fields_of_model(), fields_of_output()}) {
    for (const Field& field : table) rows.push_back(&field);
  }
  return rows;
}

}  // namespace

std::string_view name_of(Group group) {
  return kGroupNames[static_cast<size_t>(group)];
}

std::string_view name_of(FieldKind kind) {
  return kKindNames[static_cast<size_t>(kind)];
}

bool opens_files(FieldKind kind) {
  return kind >= FieldKind::picture;
}

std::span<const Field* const> request_fields() {
  static const std::vector<const Field*> rows = all_rows();
  return rows;
}

const Field& threads_field() {
  static constexpr Field kThreads{.name = "threads",
                                  .group = Group::output,
                                  .kind = FieldKind::integer,
                                  .label = "Threads",
                                  .help = "threads of the processor; 0 means all",
                                  .value_name = "N",
                                  .range = Range{.least = 0, .most = 1024},
                                  .fallback = "0",
                                  .slot = {}};
  return kThreads;
}

const Field& find_field(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Field* field : request_fields()) {
    if (field->name == name) return *field;
    names.push_back(field->name);
  }
  throw Error(Code::unknown_field, unknown_name_message("field", name, names));
}

void set_field(Request& request, const Field& field, FieldValue value) {
  field.slot.set(request, std::move(value));
}

std::optional<FieldValue> get_field(const Request& request, const Field& field) {
  return field.slot.get(request);
}

}  // namespace redraw
