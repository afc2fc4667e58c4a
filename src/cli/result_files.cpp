#include "cli/result_files.h"

#include <csignal>
#include <nlohmann/json.hpp>

namespace redraw::cli {

void make_file_size_limit_an_error() {
  std::signal(SIGXFSZ, SIG_IGN);
}

nlohmann::json warnings_json(const std::vector<Warning>& warnings) {
  nlohmann::json list = nlohmann::json::array();
  for (const Warning& warning : warnings) list.push_back({{"code", warning.code}, {"text", warning.text}});
  return list;
}

std::vector<std::filesystem::path> save_result(const Result& result, OutputFolder& folder) {
  std::vector<OutputFile> files{{.tag = "", .bytes = result.png}};
  for (const ExtraPicture& extra : result.extras) files.push_back({.tag = extra.tag, .bytes = extra.png});
  return folder.save(result.seed, files);
}

}  // namespace redraw::cli
