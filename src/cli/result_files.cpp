#include "cli/result_files.h"

#include <csignal>

namespace redraw::cli {

void make_file_size_limit_an_error() {
  std::signal(SIGXFSZ, SIG_IGN);
}

std::vector<std::filesystem::path> save_result(const Result& result, OutputFolder& folder) {
  std::vector<OutputFile> files{{.tag = "", .bytes = result.png}};
  for (const ExtraPicture& extra : result.extras) files.push_back({.tag = extra.tag, .bytes = extra.png});
  return folder.save(result.seed, files);
}

}  // namespace redraw::cli
