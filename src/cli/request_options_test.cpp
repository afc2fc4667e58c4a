#include "cli/request_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <gtest/gtest.h>

#include "base/shell_word.h"
#include "request/field_samples.h"
#include "request/request_text.h"
#include "support/error_of.h"

namespace redraw::cli {
namespace {

// What the command line makes of a line. Throws as CLI11 and RequestOptions.
Request request_of_command_line(const std::string& line, const FieldList& fields) {
  CLI::App app;
  CLI::App* command = app.add_subcommand("command");
  command->fallthrough();
  const RequestOptions options(*command, fields);
  for (CLI::Option* option : command->get_options()) option->required(false);  // a line may lack the prompt
  std::vector<std::string> words = shell_words(line);
  words.insert(words.begin(), "command");
  std::reverse(words.begin(), words.end());  // as App::parse takes them
  app.parse(words);
  return options.request();
}

void expect_agreement(const std::string& line, const FieldList& fields = fields_of_img2img()) {
  SCOPED_TRACE(line);
  const Request by_command_line = request_of_command_line(line, fields);
  const Request by_text = request_of_text(line);
  for (const Field* field : request_fields())
    EXPECT_EQ(get_field(by_command_line, *field), get_field(by_text, *field)) << field->name;
}

FieldList fields_without_picture() {
  return fields_of_txt2img();
}

// The prompt line has a reader of its own: it must take what the command line takes, for every field and alias.
TEST(RequestOptions, TheCommandLineReadsWhatTheTextFormWrites) {
  for (const Field* field : request_fields()) {
    for (const FieldValue& value : field_samples(*field)) {
      Request request;
      request.inputs.init = Picture::file("x.png");
      set_field(request, *field, value);
      const std::string line = request_text(request);
      expect_agreement(line);
      EXPECT_EQ(get_field(request_of_command_line(line, fields_of_img2img()), *field), value) << line;
      if (field->needs_picture) continue;
      request.inputs.init.reset();
      expect_agreement(request_text(request), fields_without_picture());
    }
  }
}

TEST(RequestOptions, TheTextFormReadsEveryOptionAndAliasOfTheCommandLine) {
  int aliases = 0;
  for (const Field* field : request_fields()) {
    for (const std::string& option : option_spellings(*field)) {
      if (option != option_name(*field)) ++aliases;
      const std::string value = field_text(field_samples(*field).back());
      if (field->kind == FieldKind::flag) {
        expect_agreement(option + " --prompt p");
        expect_agreement(option + "=" + value + " --prompt p");
        continue;
      }
      const std::string word = shell_word(value);
      expect_agreement(option + " " + word);
      if (option.starts_with("--")) {
        expect_agreement(option + "=" + word);
      } else {
        expect_agreement(option + word);
      }
    }
  }
  EXPECT_GE(aliases, 30);
}

TEST(RequestOptions, WordsWithoutAnOptionAreTheSameToBoth) {
  for (const char* line : {"x.png fire", "x.png -5", "x.png -- -x", "x.png ''", "-I x.png fire", "x.png --prompt fire",
                           "x.png - ", "x.png fire --negative --steps", "x.png fire --negative -- -s 3"}) {
    expect_agreement(line);
  }
  for (const char* line : {"fire", "-5", "-- -x", "command", "fire -s 3"})
    expect_agreement(line, fields_without_picture());
}

TEST(RequestOptions, BothRefuseTheSameInTheSameWords) {
  for (const char* line : {"--steps 5 -s 6", "--seamless --seamless", "a.png fire -I b.png", "--seamless=maybe",
                           "-s=10", "--steps 0", "--sampler eular", "--width 500"}) {
    EXPECT_EQ(message_of([&] { request_of_command_line(line, fields_of_img2img()); }),
              message_of([&] { request_of_text(line); }));
  }
}

TEST(RequestOptions, BothRefuseTheSame) {
  for (const char* line : {"--steps", "-s", "--stength 1", "-q", "a b c"}) {
    SCOPED_TRACE(line);
    EXPECT_ANY_THROW(request_of_command_line(line, fields_of_img2img()));
    EXPECT_THROW(request_of_text(line), Error);
  }
}

TEST(RequestOptions, TheHelpShowsEveryFieldInItsGroup) {
  CLI::App app;
  const RequestOptions options(app, fields_of_img2img());
  const std::string help = app.help();
  size_t at = 0;
  for (const char* group : {"\nInputs:\n", "\nSteps:\n", "\nGuidance:\n", "\nNoise:\n", "\nSize:\n", "\nEffects:\n",
                            "\nModel:\n", "\nOutput:\n"}) {
    const size_t found = help.find(group);
    EXPECT_NE(found, std::string::npos) << group;
    EXPECT_GT(found, at) << group;
    at = found;
  }
  for (const Field* field : request_fields()) EXPECT_NE(help.find(option_name(*field)), std::string::npos);
  for (size_t begin = 0; begin < help.size();) {
    const size_t end = std::min(help.find('\n', begin), help.size());
    EXPECT_LE(end - begin, 100u) << help.substr(begin, end - begin);
    begin = end + 1;
  }
}

TEST(RequestOptions, ACommandMaySayAnotherDefault) {
  EXPECT_TRUE(field_help(find_field("steps")).ends_with("[30, or as the model states]"));
  EXPECT_TRUE(field_help(find_field("steps"), {.field = "steps", .fallback = "10"}).ends_with("1 to 1000 [10]"));
}

}  // namespace
}  // namespace redraw::cli
