// Commands that print what the program knows and take nothing: `redraw samplers`, `schedules`, `selftest`.
#pragma once

namespace redraw::cli {

int samplers_command(bool json);
int schedules_command(bool json);

/// The exit status is 1 when something differs that must be the same on every machine.
int selftest_command(bool json);

}  // namespace redraw::cli
