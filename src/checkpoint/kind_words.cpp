#include "checkpoint/kind_words.h"

namespace redraw {

std::string kind_sentence(std::string_view what, std::string_view then) {
  if (!then.empty()) return std::string(what) + "; " + std::string(then);
  const bool says_what_to_do = what.find(';') != what.npos;
  return std::string(what) + (says_what_to_do ? "" : "; redraw runs Stable Diffusion 1, 2 and XL");
}

}  // namespace redraw
