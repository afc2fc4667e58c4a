#include "jobs/result_files.h"

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "engine/run_teller.h"

namespace redraw {

nlohmann::json warnings_json(const std::vector<Note>& notes) {
  nlohmann::json list = nlohmann::json::array();
  for (const Note& note : notes) {
    if (note.kind == NoteKind::warning) list.push_back({{"code", note.code}, {"text", note.text}});
  }
  return list;
}

std::vector<std::string> reused_phases(const Result& result) {
  std::vector<std::string> phases;
  if (result.is_text_reused) phases.emplace_back(name_of(Phase::text));
  if (result.is_encode_reused) phases.emplace_back(name_of(Phase::encode));
  return phases;
}

std::vector<std::filesystem::path> save_result(const Result& result, OutputFolder& folder, const RunEvents& events) {
  const RunTeller teller(events);
  PhaseAtWork saving(teller, Phase::save);
  std::vector<OutputFile> files{{.tag = "", .bytes = result.png}};
  for (const ExtraPicture& extra : result.extras) files.push_back({.tag = extra.tag, .bytes = extra.png});
  std::vector<std::filesystem::path> paths = folder.save(result.seed, files);
  saving.end();
  return paths;
}

nlohmann::json result_fields(const Result& result) {
  nlohmann::json origins = nlohmann::json::object();
  for (const UsedValue& value : result.plan.values) origins[value.field] = value.origin;
  return {
      {"width", result.width},
      {"height", result.height},
      {"seed", result.seed},
      {"steps_run", result.steps_run},
      {"network_rows", result.network_rows},
      {"plan", {{"line", result.plan.line}, {"origins", origins}}},
      {"reused", reused_phases(result)},
      {"warnings", warnings_json(result.notes)},
      {"metadata", nlohmann::json::parse(result.metadata)},
      {"seconds",
       {{"load", result.seconds.load},
        {"text", result.seconds.text},
        {"encode", result.seconds.encode},
        {"denoise", result.seconds.denoise},
        {"decode", result.seconds.decode}}},
  };
}

std::string result_json(const Result& result, const std::vector<std::filesystem::path>& paths) {
  nlohmann::json json = result_fields(result);
  json["file"] = paths.front().string();
  json["extras"] = nlohmann::json::array();
  for (size_t i = 1; i < paths.size(); ++i) json["extras"].push_back(paths[i].string());
  return json_text(json);
}

}  // namespace redraw
