// What CLIP's tokenizer does to a prompt before it looks for words.
#pragma once

#include <string>
#include <string_view>

namespace redraw {

/// Composes canonically (Unicode NFC), turns every run of white space into one space, and lowercases, in that order:
/// the normaliser of transformers' CLIPTokenizer 5.23.0. Lowercasing goes character by character, without context, so a
/// capital sigma at a word's end becomes the ordinary small one, and U+0130 becomes "i" with a dot above.
/// `utf8` must be well formed. Time is linear in its length but for a sort of unusually long runs of combining marks.
std::string clip_normalize(std::string_view utf8);

}  // namespace redraw
