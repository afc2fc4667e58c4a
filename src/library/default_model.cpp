#include "library/default_model.h"

#include <dlfcn.h>
#include <link.h>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/input_file.h"
#include "base/listed.h"

namespace redraw {

namespace {

namespace fs = std::filesystem;

fs::path program_folder() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored).parent_path();
}

// The folder of the shared library that contains this code. Empty if the code is part of the program.
fs::path shared_library_folder() {
  static const char own = 0;
  Dl_info info{};
  void* map = nullptr;
  if (::dladdr1(&own, &info, &map, RTLD_DL_LINKMAP) == 0 || map == nullptr) return {};
  const char* name = static_cast<const ::link_map*>(map)->l_name;  // empty for the program itself
  std::error_code error;
  const fs::path library = name == nullptr || *name == '\0' ? fs::path() : fs::canonical(name, error);
  return error ? fs::path() : library.parent_path();
}

std::vector<fs::path> data_folders(const fs::path& given) {
  if (!given.empty()) return {given};
  std::vector<fs::path> folders;
  for (const fs::path& base : {program_folder(), shared_library_folder()}) {
    if (base.empty()) continue;
    for (const char* way : {".", "../share/redraw", "..", "../.."}) folders.push_back((base / way).lexically_normal());
  }
  folders.emplace_back(REDRAW_INSTALLED_DATA);
  return folders;
}

}  // namespace

fs::path clip_vocabulary_folder(const fs::path& data_folder) {
  fs::path folder;
  for (const fs::path& data : data_folders(data_folder)) {
    folder = data / "clip-vocabulary";
    if (is_there(folder / "vocab.json")) break;
  }
  return folder;
}

fs::path default_model_folder(const fs::path& data_folder) {
  std::vector<std::string> sought;
  for (const fs::path& data : data_folders(data_folder)) {
    fs::path folder = data / "models" / "emoji-128";
    if (is_there(folder / "model_index.json")) return folder;
    sought.push_back(folder.string());
  }
  throw Error(Code::file_not_found, "the model in the box is not where it should be (" + joined(sought) +
                                        "); give a model folder with --model");
}

}  // namespace redraw
