// What people pass by mistake for weights, recognised by its first bytes; internal to weights.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace redraw {

/// "it is a Git LFS pointer: run 'git lfs pull' to fetch the file itself", for a message after a semicolon. Empty when
/// the bytes say nothing, or could begin a safetensors file. head: the beginning of the file, 4 KiB if it has them; an
/// error that a server answered in place of the file is quoted from it.
std::string recognised_as_other(std::string_view head);

/// The same, and what only a file can be taken for that is no weights file for sure: nothing, zeros, a text.
std::string guessed_as_other(std::string_view head, uint64_t file_size);

/// Whether it is a download that is not finished, by its name or by what a program keeps beside it; for a message after
/// a semicolon, once the file has turned out not to be whole.
std::string unfinished_by_name(const std::filesystem::path& path);

}  // namespace redraw
