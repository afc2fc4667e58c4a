// The rows of the table of fields, a file a group.
#pragma once

#include <span>

#include "request/field.h"

namespace redraw {

std::span<const Field> fields_of_inputs();
std::span<const Field> fields_of_size();
std::span<const Field> fields_of_steps();
std::span<const Field> fields_of_guidance();
std::span<const Field> fields_of_noise();
std::span<const Field> fields_of_effects();
std::span<const Field> fields_of_model();
std::span<const Field> fields_of_output();

}  // namespace redraw
