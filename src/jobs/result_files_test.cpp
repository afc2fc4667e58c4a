#include "jobs/result_files.h"

#include <cerrno>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/input_file.h"
#include "support/error_of.h"
#include "support/temporary_folder.h"

namespace redraw {
namespace {

std::vector<std::byte> some_bytes(std::string_view text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

Result some_result() {
  Result result;
  result.width = 96;
  result.height = 64;
  result.png = some_bytes("picture");
  result.metadata = R"({"request":{"prompt":"fire"}})";
  result.extras = {{.tag = "step-02", .png = some_bytes("between")}, {.tag = "steps", .png = some_bytes("strip")}};
  result.notes = {{.kind = NoteKind::info, .code = "picture_fit", .text = "kept at 64x64"},
                  {.kind = NoteKind::warning, .code = "prompt_cut", .text = "the prompt is \"long\""},
                  {.kind = NoteKind::hint, .code = "few_steps", .text = "few"},
                  {.kind = NoteKind::warning, .code = "prompt_syntax", .text = "(fire:1.2)"}};
  result.plan.line = "4 steps";
  result.plan.values = {{.field = "steps", .value = "4", .origin = "request"},
                        {.field = "cfg_scale", .value = "4", .origin = "model"}};
  result.seed = UINT64_MAX;
  result.steps_run = 4;
  result.network_rows = 8;
  result.seconds = {.load = 0.5, .text = 0.25, .encode = 0.125, .denoise = 2, .decode = 1};
  return result;
}

TEST(ResultFiles, TheJsonHasEveryFieldOnOneLine) {
  const std::string line = result_json(some_result(), {"out/000001.7.png", "out/000001.7.steps.png"});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const nlohmann::json expected = nlohmann::json::parse(R"json({
    "file": "out/000001.7.png", "extras": ["out/000001.7.steps.png"],
    "width": 96, "height": 64, "seed": 18446744073709551615, "steps_run": 4, "network_rows": 8,
    "plan": {"line": "4 steps", "origins": {"steps": "request", "cfg_scale": "model"}},
    "reused": [],
    "warnings": [{"code": "prompt_cut", "text": "the prompt is \"long\""},
                 {"code": "prompt_syntax", "text": "(fire:1.2)"}],
    "metadata": {"request": {"prompt": "fire"}},
    "seconds": {"load": 0.5, "text": 0.25, "encode": 0.125, "denoise": 2.0, "decode": 1.0}
  })json");
  EXPECT_EQ(nlohmann::json::parse(line), expected);
  EXPECT_EQ(nlohmann::json::parse(result_json(some_result(), {"a.png"}))["extras"], nlohmann::json::array());
}

TEST(ResultFiles, NamesThePhasesThatAnEarlierRunHadDone) {
  Result result = some_result();
  EXPECT_EQ(reused_phases(result), std::vector<std::string>{});
  result.is_encode_reused = true;
  EXPECT_EQ(reused_phases(result), std::vector<std::string>{"encode"});
  EXPECT_EQ(result_fields(result)["reused"], nlohmann::json::parse(R"(["encode"])"));
  result.is_text_reused = true;
  EXPECT_EQ(reused_phases(result), (std::vector<std::string>{"text", "encode"}));
}

TEST(ResultFiles, SavesAllUnderOneNumberAndTellsThePhase) {
  const TemporaryFolder temporary;
  OutputFolder folder(temporary / "out");
  std::vector<std::string> told;
  size_t files_at_end = 0;
  const RunEvents events{.on_phase = [&](const PhaseEvent& phase) {
    told.push_back(std::string(name_of(phase.phase)) + (phase.is_end ? "-" : "+"));
    EXPECT_FALSE(phase.is_reused);
    for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator(temporary / "out")) {
      files_at_end += phase.is_end ? 1 : 0;
    }
  }};
  const std::vector<std::filesystem::path> paths = save_result(some_result(), folder, events);
  EXPECT_EQ(told, (std::vector<std::string>{"save+", "save-"}));
  EXPECT_EQ(files_at_end, 3u) << "the end is told when they are there";
  const std::string seed = "18446744073709551615";
  const char* tags[] = {"", ".step-02", ".steps"};
  const std::string contents[] = {"picture", "between", "strip"};
  ASSERT_EQ(paths.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(paths[i].filename(), "000001." + seed + tags[i] + ".png");
    EXPECT_EQ(read_whole_file(paths[i]), some_bytes(contents[i]));
  }
}

TEST(ResultFiles, APhaseThatFailsHasNoEnd) {
  const TemporaryFolder temporary;
  OutputFolder folder(temporary / "out", [](int, const void*, size_t) -> ssize_t {
    errno = ENOSPC;
    return -1;
  });
  int64_t ends = 0;
  const RunEvents events{.on_phase = [&](const PhaseEvent& phase) { ends += phase.is_end ? 1 : 0; }};
  message_of(Code::disk_full, [&] { save_result(some_result(), folder, events); });
  EXPECT_EQ(ends, 0);
}

}  // namespace
}  // namespace redraw
