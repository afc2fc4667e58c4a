#include "jobs/record_text.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/json_text.h"
#include "base/text_table.h"

namespace redraw {

std::string record_text(const Record& record, const std::filesystem::path& file) {
  constexpr auto kRecordColumns =
      std::to_array<TableColumn>({{.title = "part"}, {.title = "field"}, {.title = "value"}});
  std::vector<std::vector<std::string>> rows = {
      {"program", "version", record.version}, {"model", "name", record.model}, {"model", "family", record.family}};
  for (const auto& [field, used] : record.files) {
    rows.push_back({"file", field, used.name});
    if (!used.sha256.empty()) rows.push_back({"file", field + " SHA-256", used.sha256});
  }
  const auto add = [&](const char* part, const std::vector<std::pair<std::string, std::string>>& values) {
    for (const auto& [name, value] : values) rows.push_back({part, name, value});
  };
  add("request", record.fields);
  add("plan", record.plan);
  return file.string() + "\n" + text_table(kRecordColumns, rows);
}

std::string record_line_json(const Record& record, const std::filesystem::path& file) {
  return ascii_json_text({{"file", file.string()}, {"record", nlohmann::json::parse(record.text)}});
}

}  // namespace redraw
