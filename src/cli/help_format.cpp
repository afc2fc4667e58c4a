#include "cli/help_format.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <string_view>

namespace redraw::cli {
namespace {

constexpr size_t kNameColumns = 30;

// InvokeAI's spellings, --cfg_scale beside --cfg-scale, are taken and not shown.
std::string shown_names(const CLI::Option& option) {
  std::string names;
  for (const std::string& name : CLI::detail::split(option.get_name(false, true), ',')) {
    if (name.find('_') == std::string::npos) names += (names.empty() ? "" : ",") + name;
  }
  return names;
}

class HelpFormat : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* app, std::string) const override {
    return "Usage: " + usage_line(*app) + "\n";
  }

  std::string make_option_name(const CLI::Option* option, bool is_positional) const override {
    return is_positional ? option->get_option_text() : shown_names(*option);
  }

  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    std::stringstream out;
    if (is_positional) {
      CLI::detail::format_help(out, option->get_option_text(), option->get_description(), kNameColumns);
    } else {
      const std::string help = option->get_positional() ? "the same, as an option" : option->get_description();
      CLI::detail::format_help(out, make_option_name(option, false) + make_option_opts(option), help, kNameColumns);
    }
    return out.str();
  }

  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override {
    return CLI::detail::find_and_replace(CLI::Formatter::make_help(app, name, mode), "\n\n\n", "\n\n");
  }
};

// What a command is used for most, and with what.
struct ShortHelp {
  std::string_view command;       ///< "redraw models"
  std::string_view most_used[4];  ///< options, or commands of a command
  std::string_view example;
};
constexpr ShortHelp kShortHelps[] = {
    {.command = "redraw",
     .most_used = {"img2img", "txt2img", "sweep", "models"},
     .example = "redraw img2img examples/fire-drawing.png \"fire\" --strength 0.7 --steps 10"},
    {.command = "redraw img2img",
     .most_used = {"--strength", "--steps", "--seed", "--model"},
     .example = "redraw img2img examples/fire-drawing.png \"fire\" --strength 0.7 --steps 10"},
    {.command = "redraw txt2img",
     .most_used = {"--steps", "--cfg-scale", "--seed", "--model"},
     .example = "redraw txt2img \"fire\" --steps 20 --seed 1"},
    {.command = "redraw sweep",
     .most_used = {"--strength", "--steps", "--cfg-scale", "--seed"},
     .example = "redraw sweep examples/fire-drawing.png \"fire\" --strength 0.3:0.9:0.2 --steps 10"},
    {.command = "redraw models",
     .most_used = {"add", "list", "scan", "default"},
     .example = "redraw models add ~/Downloads/my-model.safetensors --name my-model"},
};

void add_line(const CLI::App& command, std::string_view name, std::ostream& out) {
  if (const CLI::Option* option = command.get_option_no_throw(std::string(name))) {
    CLI::detail::format_help(out, shown_names(*option) + " " + option->get_option_text(), option->get_description(),
                             kNameColumns);
    return;
  }
  CLI::detail::format_help(out, std::string(name), command.get_subcommand(std::string(name))->get_description(),
                           kNameColumns);
}

}  // namespace

std::shared_ptr<CLI::FormatterBase> help_format() {
  return std::make_shared<HelpFormat>();
}

std::string full_name(const CLI::App& command) {
  return (command.get_parent() != nullptr ? full_name(*command.get_parent()) + " " : "") + command.get_name();
}

std::string usage_line(const CLI::App& command) {
  std::string line = full_name(command);
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_positional()) continue;
    const std::string& text = option->get_option_text();
    line += option->get_required() ? " " + text : " [" + text + "]";
  }
  const bool has_commands = !command.get_subcommands({}).empty();
  return line + (has_commands ? " COMMAND [OPTIONS]" : " [OPTIONS]");
}

std::string short_help(const CLI::App& command) {
  const std::string name = full_name(command);
  const auto help = std::ranges::find(kShortHelps, name, &ShortHelp::command);
  if (help == std::end(kShortHelps)) return {};
  std::stringstream out;
  out << "\nUsage: " << usage_line(command) << "\n\nMost used:\n";
  for (const std::string_view one : help->most_used) add_line(command, one, out);
  out << "\nFor example:\n  " << help->example << "\n\n"
      << name << " --help lists all " << (command.get_subcommands({}).empty() ? "options" : "commands") << ".\n";
  return out.str();
}

}  // namespace redraw::cli
