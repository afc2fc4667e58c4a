// CLIP's pre-tokenisation: what counts as one word.
#pragma once

#include <string_view>
#include <vector>

namespace redraw {

/// The words of a text that clip_normalize() made, as views into it. A word is an English contraction's ending ('s 't
/// 're 've 'm 'll 'd), a run of letters (Unicode L*), one digit or other number (N*), or a run of anything else but
/// white space. The first of these that fits is taken, from left to right. So do the regular expressions of OpenAI's
/// CLIP (simple_tokenizer.py) and of transformers' CLIPTokenizer 5.23.0.
std::vector<std::string_view> split_words(std::string_view normalized);

}  // namespace redraw
