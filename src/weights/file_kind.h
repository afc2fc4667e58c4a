// What people pass by mistake for weights, recognised by its first bytes; internal to weights.
#pragma once

#include <string>
#include <string_view>

namespace redraw {

/// "it is a Git LFS pointer: run 'git lfs pull' to fetch the file itself", for a message after a semicolon; empty when
/// the bytes say nothing, or could begin a safetensors file. head: the beginning of the file, 16 bytes or more if it
/// has them.
std::string recognised_as_other(std::string_view head);

}  // namespace redraw
