#include "library/model_report.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/byte_size.h"
#include "base/text_table.h"
#include "library/model_list_text.h"

namespace redraw {
namespace {

constexpr size_t kMostNamed = 10;

// "F16", or "F16 680, F32 6" if they differ.
std::string precision_text(const PartSummary& part) {
  if (part.precisions.size() == 1) return part.precisions.begin()->first;
  std::vector<std::string> words;
  for (const auto& [name, count] : part.precisions) words.push_back(fmt::format("{} {}", name, count));
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string named(const std::vector<std::string>& names) {
  const auto shown = std::span(names).first(std::min(names.size(), kMostNamed));
  std::string text;
  for (const std::string& name : shown) text += "  " + name + "\n";
  if (names.size() > kMostNamed) text += fmt::format("  and {} more\n", names.size() - kMostNamed);
  return text;
}

std::string faults(const PartSummary& part) {
  std::string text;
  if (!part.report.missing.empty()) {
    text +=
        fmt::format("{}: {} missing tensors\n{}", part.name, part.report.missing.size(), named(part.report.missing));
  }
  std::vector<std::string> shapes = part.report.wrong_types;
  for (const WrongShape& wrong : part.report.wrong_shapes) {
    shapes.push_back(
        fmt::format("{} has {}, expected {}", wrong.name, wrong.shape.to_string(), wrong.expected.to_string()));
  }
  if (!shapes.empty()) {
    text += fmt::format("{}: {} tensors of a wrong shape or type\n{}", part.name, shapes.size(), named(shapes));
  }
  return text;
}

nlohmann::json part_json(const PartSummary& part) {
  nlohmann::json shapes = nlohmann::json::array();
  for (const WrongShape& wrong : part.report.wrong_shapes) {
    shapes.push_back({{"name", wrong.name}, {"shape", wrong.shape.extents()}, {"expected", wrong.expected.extents()}});
  }
  return {{"name", part.name},
          {"file", part.path},
          {"tensors", part.tensors},
          {"parameters", part.parameters},
          {"bytes", part.bytes},
          {"precisions", part.precisions},
          {"missing", part.report.missing},
          {"wrong_shapes", shapes},
          {"wrong_types", part.report.wrong_types}};
}

}  // namespace

std::string model_report_text(const Checkpoint& checkpoint, const ModelInspection& inspection,
                              const std::string& sha256) {
  const ModelSpec& spec = checkpoint.spec();
  std::string text =
      fmt::format("{}\nformat      {}\nfamily      {} ({})\nprediction  {}\nnative size {}x{}\nsha256      {}\n",
                  checkpoint.path().string(), inspection.format, name_of(spec.family), name_of(spec.input),
                  name_of(spec.scheduler.prediction_type), spec.native_side(), spec.native_side(), sha256);
  for (const std::string& decision : checkpoint.decisions()) text += "decided     " + decision + "\n";
  std::vector<std::vector<std::string>> rows;
  for (const PartSummary& part : inspection.parts) {
    rows.push_back({part.name, fmt::format("{}", part.tensors),
                    fmt::format("{:.1f} M", static_cast<double>(part.parameters) / 1e6), byte_size(part.bytes),
                    precision_text(part)});
  }
  constexpr TableColumn kColumns[] = {{"part"}, {"tensors", true}, {"parameters", true}, {"size", true}, {"precision"}};
  text += "\n" + text_table(kColumns, rows);
  std::string wrong;
  for (const PartSummary& part : inspection.parts) wrong += faults(part);
  for (const std::string& fault : inspection.tokenizer_faults) wrong += "tokenizer: " + fault + "\n";
  text += wrong.empty() ? "\nnothing is missing\n" : "\n" + wrong;
  for (const std::string& note : inspection.notes) text += "note: " + note + "\n";
  for (const auto& [what, count] : inspection.left_overs)
    text += fmt::format("not used: {} ({} tensors)\n", what, count);
  if (!inspection.unexpected.empty()) {
    text += fmt::format("unexpected: {} tensors\n{}", inspection.unexpected.size(), named(inspection.unexpected));
  }
  return text;
}

nlohmann::json model_report_json(const Checkpoint& checkpoint, const ModelInspection& inspection,
                                 const std::string& sha256) {
  const ModelSpec& spec = checkpoint.spec();
  nlohmann::json parts = nlohmann::json::array();
  for (const PartSummary& part : inspection.parts) parts.push_back(part_json(part));
  return {{"path", checkpoint.path().string()},
          {"format", inspection.format},
          {"layout", name_of(checkpoint.layout())},
          {"family", name_of(spec.family)},
          {"input", name_of(spec.input)},
          {"prediction_type", name_of(spec.scheduler.prediction_type)},
          {"native_side", spec.native_side()},
          {"sha256", sha256},
          {"decisions", checkpoint.decisions()},
          {"bytes", inspection.bytes},
          {"parts", parts},
          {"whole", inspection.is_whole()},
          {"tokenizer_faults", inspection.tokenizer_faults},
          {"notes", inspection.notes},
          {"not_used", inspection.left_overs},
          {"unexpected", inspection.unexpected}};
}

}  // namespace redraw
