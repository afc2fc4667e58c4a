#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <deque>
#include <fmt/format.h>
#include <map>
#include <new>
#include <string>
#include <vector>

#include "app/fields.h"
#include "base/suggest.h"
#include "cli/bench_command.h"
#include "cli/generate_command.h"
#include "redraw/engine.h"

namespace redraw::cli {
namespace {

constexpr int kUsageStatus = 2;

std::string option_name(const Field& field) {
  std::string name = "--" + std::string(field.name);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

// Breaks between words so that help stays readable on a terminal of 100 columns; CLI11 indents the lines.
std::string wrapped(const std::string& text) {
  constexpr size_t kColumns = 68;
  std::string result;
  size_t column = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    if (column > 0 && column + 1 + word.size() > kColumns) {
      result += "\n";
      column = 0;
    }
    if (column > 0) result += " ";
    result += word;
    column += (column > 0 ? 1 : 0) + word.size();
    at = end + 1;
  }
  return result;
}

std::string with_range_and_default(const Field& field) {
  std::string help(field.help);
  if (field.choices != nullptr) {
    const std::vector<std::string_view> names = field.choices();
    help += ": ";
    for (size_t i = 0; i < names.size(); ++i) {
      help += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + std::string(names[i]);
    }
  }
  if (const std::string range = field_range(field); !range.empty()) help += "; " + range;
  if (!field.fallback.empty() && field.type != FieldType::flag) {
    help += fmt::format(" [{}{}]", field.fallback, field.model_may_default ? ", or as the model states" : "");
  }
  return wrapped(help);
}

// The options of one command, made from the table of fields. Values arrive as text and are read by the table's own
// rules, so that their errors are the same through every door.
class RequestOptions {
 public:
  RequestOptions(CLI::App& command, bool has_picture) {
    for (const Field& field : request_fields()) {
      if (field.is_img2img_only && !has_picture) continue;
      if (field.is_positional) {
        command.add_option(std::string(field.name), texts_[field.name], with_range_and_default(field))
            ->required()
            ->option_text(std::string(field.value_name));
      } else if (field.type == FieldType::flag) {
        command.add_flag(option_name(field), flags_[field.name], with_range_and_default(field));
      } else {
        command.add_option(option_name(field), texts_[field.name], with_range_and_default(field))
            ->option_text(std::string(field.value_name));
      }
    }
  }

  // Which of them were given is known to CLI11 alone.
  Request request(const CLI::App& command) const {
    Request result;
    for (const auto& [name, text] : texts_) {
      const Field& field = find_field(name);
      const std::string option = field.is_positional ? std::string(name) : option_name(field);
      if (command.count(option) > 0) set_field(result, field, parse_field(field, text));
    }
    for (const auto& [name, value] : flags_) {
      if (value) set_field(result, find_field(name), true);
    }
    return result;
  }

 private:
  std::map<std::string_view, std::string> texts_;
  std::map<std::string_view, bool> flags_;
};

int parse_threads(const std::string& text) {
  constexpr Field kThreads{.name = "threads",
                           .type = FieldType::integer,
                           .member = &Request::steps,
                           .minimum = 0,
                           .maximum = 1024,
                           .excludes_minimum = false,
                           .fallback = "0",
                           .model_may_default = false,
                           .is_img2img_only = false,
                           .is_positional = false,
                           .value_name = "N",
                           .help = "",
                           .since = "0.1"};
  return static_cast<int>(std::get<int64_t>(parse_field(kThreads, text)));
}

int report(const std::string& code, const std::string& message, int status, bool json) {
  fmt::print(stderr, "redraw: {}\n", message);
  if (json) fmt::print("{}\n", error_json(code, message));
  return status;
}

// "img2img needs PICTURE and PROMPT"
std::string needed_arguments(const CLI::App& command) {
  std::string needed;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional()) needed += (needed.empty() ? "" : " and ") + option->get_option_text();
  }
  return command.get_name() + " needs " + needed;
}

// CLI11's own message, with the nearest option where one was not known.
int report_usage(const CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& unknown,
                 bool json) {
  std::string message = error.what();
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    message = app.get_subcommands().empty() ? "a command is needed: img2img, txt2img or bench"
                                            : needed_arguments(*app.get_subcommands().front());
  } else if (!unknown.empty()) {
    std::deque<std::string> names;
    const CLI::App* command = app.get_subcommands().empty() ? &app : app.get_subcommands().front();
    for (const CLI::Option* option : command->get_options()) names.push_back(option->get_name());
    for (const CLI::App* sub : command->get_subcommands({})) names.push_back(sub->get_name());
    const std::vector<std::string_view> views(names.begin(), names.end());
    const std::string& first = unknown.front();
    const std::string nearest = nearest_name(first.substr(0, first.find('=')), views);
    message = fmt::format("unknown {} '{}'", first.starts_with("-") ? "option" : "argument", first);
    if (!nearest.empty()) message += fmt::format("; did you mean '{}'?", nearest);
  }
  return report("usage", message + "; see redraw --help", kUsageStatus, json);
}

struct Commands {
  CLI::App app{"Redraws a picture from a prompt with Stable Diffusion."};
  CLI::App* img2img = app.add_subcommand("img2img", "Redraws a picture as a prompt says");
  CLI::App* txt2img = app.add_subcommand("txt2img", "Draws a picture from a prompt alone");
  CLI::App* bench = app.add_subcommand("bench", "Prints time and GFLOP/s by operator, and peak memory, of a model");
  RequestOptions img2img_fields{*img2img, true};
  RequestOptions txt2img_fields{*txt2img, false};
  GenerateOptions options;
  std::string threads = "0";
  std::string bench_model, bench_steps = "10", bench_width, bench_height, bench_sampler;

  Commands() {
    app.name("redraw");
    app.require_subcommand(1);
    app.set_help_flag("-h,--help", "Prints this help and ends");
    app.footer(
        "redraw COMMAND --help lists a command's options. For example:\n"
        "  redraw img2img examples/fire-drawing.png \"fire\" --strength 0.7 --steps 10");
    app.set_version_flag("--version", "redraw " + version(), "Prints the version and ends");
    for (CLI::App* command : {img2img, txt2img}) {
      command->add_option("--outdir", options.outdir, "where the picture goes, as COUNTER.SEED.png [outputs]")
          ->option_text("DIR");
      command->add_flag("--quiet", options.quiet, "say nothing but errors");
      command->add_flag("--json", options.json, "print one line of JSON on stdout, everything else on stderr");
    }
    for (CLI::App* command : {img2img, txt2img, bench}) {
      command->set_help_flag("-h,--help", "Prints this help and ends");
      command->add_option("--threads", threads, "of the processor; 0 to 1024, 0 for all [0]")->option_text("N");
    }
    bench->add_option("--model", bench_model, "a model in a diffusers folder [the one in the box]")->option_text("DIR");
    bench->add_option("--steps", bench_steps, "steps to run [10]")->option_text("N");
    bench->add_option("--width", bench_width, "[the model's native size]")->option_text("PIXELS");
    bench->add_option("--height", bench_height, "[the model's native size]")->option_text("PIXELS");
    bench->add_option("--sampler", bench_sampler, "[as txt2img]")->option_text("NAME");
  }

  Request bench_request() const {
    Request request{.prompt = "fire", .seed = 1};
    const std::pair<const char*, const std::string*> given[] = {{"model", &bench_model},
                                                                {"steps", &bench_steps},
                                                                {"width", &bench_width},
                                                                {"height", &bench_height},
                                                                {"sampler", &bench_sampler}};
    for (const auto& [name, text] : given) {
      if (!text->empty()) set_field(request, find_field(name), parse_field(find_field(name), *text));
    }
    return request;
  }

  int dispatch() {
    options.threads = parse_threads(threads);
    if (*bench) return bench_command(bench_request(), options.threads);
    if (*img2img) return generate_command(img2img_fields.request(*img2img), options);
    return generate_command(txt2img_fields.request(*txt2img), options);
  }
};

}  // namespace

bool computes(int argc, char** argv) {
  constexpr std::array<std::string_view, 3> kPrinting = {"--help", "-h", "--version"};
  return argc > 1 && std::none_of(argv + 1, argv + argc, [&](std::string_view argument) {
           return std::find(kPrinting.begin(), kPrinting.end(), argument) != kPrinting.end();
         });
}

int run(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (!arguments.empty() && (arguments.front() == "--version")) {
    fmt::print("redraw {}\n", version());
    return 0;
  }
  const bool json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
  try {
    Commands commands;
    try {
      commands.app.parse(argc, argv);
    } catch (const CLI::Success& e) {
      return commands.app.exit(e);  // prints the help that was asked for
    } catch (const CLI::ParseError& e) {
      return report_usage(commands.app, e, commands.app.remaining(true), json);
    }
    return commands.dispatch();
  } catch (const Error& e) {
    const CodeInfo& info = code_info(e.code());
    return report(std::string(info.name), e.what(), info.exit_status, json);
  } catch (const std::bad_alloc&) {
    return report("out_of_memory", "there is not enough memory; use a smaller width and height", 1, json);
  } catch (const std::exception& e) {
    return report("internal", std::string("a fault of redraw itself: ") + e.what(), 1, json);
  }
}

}  // namespace redraw::cli
