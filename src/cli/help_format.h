// How the help of a command looks.
#pragma once

#include <memory>
#include <string>

namespace CLI {
class App;
class FormatterBase;
}  // namespace CLI

namespace redraw::cli {

/// CLI11's format, but: arguments are called as people read them (PICTURE, not init), one that may be given as an
/// option as well is explained once, and groups stand one blank line apart.
std::shared_ptr<CLI::FormatterBase> help_format();

/// "redraw models add"
std::string full_name(const CLI::App& command);

/// "redraw img2img PICTURE PROMPT [OPTIONS]"
std::string usage_line(const CLI::App& command);

/// A usage line, the options or commands that are used most, one example, and where the full help is; for a command
/// that lacks its arguments. Empty for commands whose error says it all. Ends with a line feed.
std::string short_help(const CLI::App& command);

}  // namespace redraw::cli
