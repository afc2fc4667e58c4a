#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "base/suggest.h"
#include "base/unicode_text.h"
#include "cli/bench_command.h"
#include "cli/generate_command.h"
#include "cli/help_format.h"
#include "cli/models_command.h"
#include "cli/plan_command.h"
#include "cli/print_commands.h"
#include "cli/record_commands.h"
#include "cli/request_options.h"
#include "cli/sweep_command.h"
#include "redraw/engine.h"
#include "request/field_value.h"

namespace redraw::cli {
namespace {

constexpr int kUsageStatus = 2;

int parse_threads(const std::string& text) {
  return static_cast<int>(std::get<int64_t>(parse_field(threads_field(), text)));
}

// Where the XDG base directory specification puts it; empty where the environment does not say. The specification has
// relative paths ignored.
std::string models_root_of_environment() {
  const char* data = std::getenv("XDG_DATA_HOME");
  if (data != nullptr && std::filesystem::path(data).is_absolute()) return std::filesystem::path(data) / "redraw";
  const char* home = std::getenv("HOME");
  return home != nullptr && *home != '\0' ? std::filesystem::path(home) / ".local/share/redraw" : "";
}

// Likewise for what may be thrown away at any time.
std::string cache_folder_of_environment() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && std::filesystem::path(cache).is_absolute()) return std::filesystem::path(cache) / "redraw";
  const char* home = std::getenv("HOME");
  const bool is_place = home != nullptr && std::filesystem::path(home).is_absolute();
  return is_place ? std::filesystem::path(home) / ".cache/redraw" : "";
}

// A message may quote names of files and words of the command line, whatever bytes these have.
int report(const std::string& code, const std::string& text, int status, bool json) {
  const std::string message = printable_text(text);
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

// "models add", down to the last command that was given.
const CLI::App& last_command(const CLI::App& app) {
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  return *command;
}

// "img2img, txt2img or bench"
std::string command_names(const CLI::App& app) {
  const std::vector<const CLI::App*> commands = app.get_subcommands({});
  std::string names;
  for (size_t i = 0; i < commands.size(); ++i) {
    names += (i == 0 ? "" : i + 1 == commands.size() ? " or " : ", ") + commands[i]->get_name();
  }
  return names;
}

// The nearest option or command of the command to a word that is none.
std::string unknown_word(const CLI::App& command, const std::string& word) {
  std::deque<std::string> names;
  for (const CLI::Option* option : command.get_options()) names.push_back(option->get_name());
  for (const CLI::App* sub : command.get_subcommands({})) names.push_back(sub->get_name());
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string nearest = nearest_name(word.substr(0, word.find('=')), views);
  return fmt::format("unknown {} '{}'", word.starts_with("-") ? "option" : "argument", word) +
         (nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest));
}

// In place of CLI11's "--steps: 1 required TEXT missing".
std::string missing_value(const CLI::App& last, const std::string& message) {
  const std::string name = message.substr(0, message.find(':'));
  for (const CLI::App* command = &last; command != nullptr; command = command->get_parent()) {
    const CLI::Option* option = command->get_option_no_throw(name);
    if (option != nullptr) return name + " needs a value: " + option->get_option_text();
  }
  return message;
}

// CLI11's own message, or a better one; with a short help where the arguments are missing. Programs get the error
// alone.
int report_usage(const CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& unknown,
                 bool json) {
  const CLI::App& command = last_command(app);
  std::string message = error.what();
  std::string help;
  const bool is_incomplete = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
  const bool lacks_value = dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr;
  const bool takes_command = !command.get_subcommands({}).empty();
  if (!unknown.empty() && (takes_command || (!is_incomplete && !lacks_value))) {
    message = unknown_word(command, unknown.front());
  } else if (is_incomplete) {
    message = takes_command ? "a command is needed: " + command_names(command) : needed_arguments(command);
    if (!json) help = short_help(command);
  } else if (lacks_value) {
    message = missing_value(command, message);
  }
  const int status = report("usage", message + "; see " + full_name(command) + " --help", kUsageStatus, json);
  fmt::print(stderr, "{}", help);
  return status;
}

constexpr std::string_view kEveryRule = "all";
constexpr HelpNote kPlanNotes[] = {{.field = "semantics", .note = "or all, for one line about each"}};
constexpr std::string_view kBenchSteps = "10";
constexpr HelpNote kBenchNotes[] = {{.field = "steps", .fallback = kBenchSteps}};
struct Commands {
  CLI::App app{"Redraws a picture from a prompt with Stable Diffusion."};
  CLI::App* img2img = app.add_subcommand("img2img", "Redraws a picture as a prompt says");
  CLI::App* txt2img = app.add_subcommand("txt2img", "Draws a picture from a prompt alone");
  CLI::App* sweep = app.add_subcommand("sweep", "Redraws a picture with every combination of several values");
  CLI::App* plan = app.add_subcommand("plan", "Prints the steps of a run and their noise levels, without running it");
  CLI::App* samplers = app.add_subcommand("samplers", "Lists the samplers");
  CLI::App* schedules = app.add_subcommand("schedules", "Lists the schedules of noise levels");
  CLI::App* fields = app.add_subcommand("fields", "Lists what a request may say: names, options, ranges, defaults");
  CLI::App* selftest = app.add_subcommand("selftest", "Compares noise and samplers with known answers");
  CLI::App* bench = app.add_subcommand("bench", "Prints time and GFLOP/s by operator, and peak memory, of a model");
  CLI::App* metadata = app.add_subcommand("metadata", "Prints the record in pictures: how they were made");
  CLI::App* rerun = app.add_subcommand("rerun", "Makes a picture again from its record and compares the files");
  ModelsCommand models{app};
  RequestOptions img2img_fields{*img2img, fields_of_img2img()};
  RequestOptions txt2img_fields{*txt2img, fields_of_txt2img()};
  RequestOptions sweep_fields_given{*sweep, fields_of_sweep(), sweep_notes()};
  RequestOptions plan_fields{*plan, fields_of_plan(), kPlanNotes};
  RequestOptions bench_fields{*bench, fields_of_bench(), kBenchNotes};
  GenerateOptions options;
  std::string sweep_outdir;
  PlanOptions plan_options;
  std::vector<std::string> metadata_files;
  RerunOptions rerun_options;
  bool prints_json = false;
  bool prints_schema = false;
  std::string threads = "0";
  std::string models_root = models_root_of_environment();

  // What the help of a sweep says of the fields that may vary.
  static std::vector<HelpNote> sweep_notes() {
    std::vector<HelpNote> notes;
    for (const Field* field : sweep_fields()) notes.push_back({.field = field->name, .note = field->sweep.note});
    return notes;
  }

  Commands() {
    app.name("redraw");
    app.formatter(help_format());
    app.require_subcommand(1);
    app.set_help_flag("-h,--help", "print this help and exit");
    app.footer(
        "redraw COMMAND --help lists a command's options. For example:\n"
        "  redraw img2img examples/fire-drawing.png \"fire\" --strength 0.7 --steps 10");
    app.set_version_flag("--version", "redraw " + version(), "print the version and exit");
    app.add_option("--models-root", models_root,
                   "folder of the list of models and of `models`, which every scan searches\n"
                   "[$XDG_DATA_HOME/redraw, or ~/.local/share/redraw]; may also stand after the command")
        ->option_text("DIR");
    for (CLI::App* command : {img2img, txt2img}) {
      command
          ->add_option("--outdir", options.outdir,
                       "folder for the pictures, which are called COUNTER.SEED.png [outputs]")
          ->option_text("DIR");
    }
    sweep
        ->add_option("--outdir", sweep_outdir,
                     "folder for the pictures; those that are there already are not made again\n"
                     "[outputs/sweep-ID, with an ID of the request]")
        ->option_text("DIR");
    for (CLI::App* command : {img2img, txt2img, sweep, rerun}) {
      command->add_flag("--quiet", options.quiet, "print errors only");
      command->add_flag("--json", options.json, "print one line of JSON on stdout, everything else on stderr");
    }
    plan->add_option("--png", plan_options.png, "also plot noise levels and noise shares into this file")
        ->option_text("FILE");
    add_record_options();
    for (CLI::App* command : {plan, samplers, schedules, fields, selftest, metadata}) {
      command->add_flag("--json", prints_json, "print one line of JSON");
    }
    fields->add_flag("--schema", prints_schema, "print a JSON Schema of a request")
        ->excludes(fields->get_option("--json"));
    for (CLI::App* command : app.get_subcommands({})) {
      command->formatter(help_format());
      for (CLI::App* sub : command->get_subcommands({})) sub->formatter(help_format());
      command->set_help_flag("-h,--help", "print this help and exit");
      command->fallthrough();
    }
    for (CLI::App* command : app.get_subcommand("models")->get_subcommands({})) {
      command->add_flag("--json", prints_json, "print one line of JSON");
    }
    for (CLI::App* command : {img2img, txt2img, sweep, bench, rerun}) {
      command->add_option("--threads", threads, field_help(threads_field()))->option_text("N");
    }
  }

  void add_record_options() {
    metadata->add_option("files", metadata_files, "pictures that redraw has made")->required()->option_text("FILE...");
    metadata->footer(
        "Exit status: 0, or that of the worst file: 3 for one that is missing, broken or without a record.");
    rerun->add_option("file", rerun_options.file, "a picture that redraw has made")->required()->option_text("FILE");
    const std::array<std::array<const char*, 4>, 5> inputs = {{
        {"init", "--init", "PICTURE", "the picture it started from"},
        {"init_color", "--init-color", "PICTURE", "the picture that its colours were matched to"},
        {"model", "--model", "MODEL", "a name of `redraw models`, or a path"},
        {"vae", "--vae", "PATH", "the autoencoder that was given"},
        {"model_config", "--model-config", "DIR", "the folder of configurations that was given"},
    }};
    for (const auto& [field, option, value, help] : inputs) {
      rerun->add_option(option, rerun_options.given[field], help)->option_text(value);
    }
    rerun->add_option("--outdir", rerun_options.outdir, "save the new picture there [it is not saved]")
        ->option_text("DIR");
    rerun->footer(
        "The model is found by its SHA-256 in `redraw models`, or by its name; pictures by their names in\n"
        "FILE's folder, its parent, this folder and ./examples. Each is compared with the record's SHA-256.\n"
        "Exit status: 0 the same file byte for byte; 1 another, or an input is missing or has changed;\n"
        "2 to 5 an error, as of img2img: 3 for a FILE without a record; 130 stopped.");
  }

  Request bench_request() const {
    Request request = bench_fields.request();
    request.prompt = "fire";
    request.noise.seed = 1;
    if (!request.steps.steps) set_field(request, find_field("steps"), parse_field(find_field("steps"), kBenchSteps));
    return request;
  }

  int run_plan() {
    plan_options.json = prints_json;
    plan_options.by_every_rule = plan_fields.text("semantics") == kEveryRule;
    std::vector<std::string_view> except;
    if (plan_options.by_every_rule) except.push_back("semantics");
    return plan_command(plan_fields.request(except), plan_options);
  }

  int run_sweep() {
    std::map<std::string_view, std::string> texts;
    std::vector<std::string_view> varying;
    for (const Field* field : sweep_fields()) {
      varying.push_back(field->name);
      if (const std::optional<std::string> text = sweep_fields_given.text(field->name)) {
        texts.emplace(field->name, *text);
      }
    }
    options.outdir = sweep_outdir;
    return sweep_command(make_sweep(sweep_fields_given.request(varying), texts), options);
  }

  int dispatch() {
    options.engine = {
        .threads = parse_threads(threads), .models_root = models_root, .cache_folder = cache_folder_of_environment()};
    plan_options.models_root = models_root;
    if (models.is_asked()) return models.run(models_root, prints_json);
    if (*plan) return run_plan();
    if (*metadata) return metadata_command(metadata_files, prints_json);
    if (*rerun) {
      rerun_options.engine = options.engine;
      rerun_options.quiet = options.quiet;
      rerun_options.json = options.json;
      return rerun_command(rerun_options);
    }
    if (*samplers) return samplers_command(prints_json);
    if (*schedules) return schedules_command(prints_json);
    if (*fields) {
      return fields_command(prints_schema ? FieldsForm::schema : prints_json ? FieldsForm::json : FieldsForm::text);
    }
    if (*selftest) return selftest_command(prints_json);
    if (*sweep) return run_sweep();
    if (*bench) return bench_command(bench_request(), options.engine);
    if (*img2img) return generate_command(img2img_fields.request(), options);
    return generate_command(txt2img_fields.request(), options);
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
