// A request as text: the options of the command line on one line, `'a prompt' --strength 0.7 -S 3`.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "request/fields.h"

namespace redraw {

/// "--cfg-scale": the field's own option.
std::string option_name(const Field& field);
/// The option and its aliases: "--cfg-scale", "-C".
std::vector<std::string> option_names(const Field& field);
/// All that is taken for it: these, and long ones as InvokeAI writes them, "--cfg_scale".
std::vector<std::string> option_spellings(const Field& field);

/// Whether the command line takes a word for the name of an option: "-s", "--steps", but not "-5", "-" or "--".
bool is_option_like(std::string_view word);

/// What stands after `redraw img2img`, or after `redraw txt2img` where there is no picture: picture and prompt, then
/// the fields that are set, each word quoted as a shell needs it. request_of_text reads back an equal request, but for
/// a picture in memory: it is written by its name, and has to be saved under that name first.
std::string request_text(const Request& request);

/// Reads such a line. One word without an option is the prompt, two are the picture and the prompt. Takes what the
/// command line takes: --steps 20, --steps=20, -s 20, -s20, --seamless, --seamless=false, and -- before words that
/// begin with '-'. Pictures and models may be paths, so that the line must be the owner's own. Throws Error: usage for
/// an unknown option, with the nearest; one without a value or given twice; a third word; an open quote. Else as
/// parse_field.
Request request_of_text(std::string_view line);
/// The same for words that a shell has split.
Request request_of_words(std::span<const std::string> words);

}  // namespace redraw
