// Commands that print what the program knows and take nothing: `redraw samplers`, `schedules`, `fields`, `selftest`.
#pragma once

namespace redraw::cli {

int samplers_command(bool json);
int schedules_command(bool json);

enum class FieldsForm { text, json, schema };
/// schema: of a request that may name files, as the command line's may.
int fields_command(FieldsForm form);

/// The exit status is 1 when something differs that must be the same on every machine.
int selftest_command(bool json);

}  // namespace redraw::cli
