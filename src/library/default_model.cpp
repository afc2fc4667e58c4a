#include "library/default_model.h"

#include <array>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/input_file.h"
#include "base/listed.h"

namespace redraw {

namespace {

std::filesystem::path program_folder() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
}

}  // namespace

std::filesystem::path clip_vocabulary_folder() {
  std::filesystem::path folder;
  for (const char* place : {"clip-vocabulary", "../share/redraw/clip-vocabulary", "../clip-vocabulary"}) {
    folder = (program_folder() / place).lexically_normal();
    if (is_there(folder / "vocab.json")) break;
  }
  return folder;
}

std::filesystem::path default_model_folder() {
  constexpr std::array<const char*, 3> kPlaces = {"models/emoji-128", "../share/redraw/models/emoji-128",
                                                  "../../models/emoji-128"};
  const std::filesystem::path program = program_folder();
  std::vector<std::string> sought;
  for (const char* place : kPlaces) {
    std::filesystem::path folder = (program / place).lexically_normal();
    if (is_there(folder / "model_index.json")) return folder;
    sought.push_back(folder.string());
  }
  throw Error(Code::file_not_found, "the model in the box is not where it should be (" + joined(sought) +
                                        "); give a model folder with --model");
}

}  // namespace redraw
