#include "engine/run_teller.h"

#include <gtest/gtest.h>

namespace redraw {
namespace {

TEST(RunTeller, NotesAreToldInOrderAndKept) {
  std::vector<std::string> told;
  const RunEvents events{.on_note = [&](const Note& note) { told.push_back(note.code + ": " + note.text); }};
  RunTeller teller(events);
  teller.note(NoteKind::info, "picture_fit", "kept at 64x64");
  teller.note(NoteKind::hint, "few_steps", "");
  teller.note(NoteKind::warning, "prompt_cut", "the prompt is cut");
  EXPECT_EQ(told, (std::vector<std::string>{"picture_fit: kept at 64x64", "prompt_cut: the prompt is cut"}));
  ASSERT_EQ(teller.notes().size(), 2u) << "a note without text is none";
  EXPECT_EQ(teller.notes()[0].kind, NoteKind::info);
  EXPECT_EQ(teller.notes()[1].kind, NoteKind::warning);
  EXPECT_EQ(teller.notes()[1].code, "prompt_cut");
}

TEST(RunTeller, KeepsItsNotesWhereNobodyListens) {
  const RunEvents nobody;
  RunTeller teller(nobody);
  teller.note(NoteKind::info, "memory", "fits");
  teller.plan({});
  teller.phase({});
  teller.step({.index = 0, .count = 1, .seconds = 1});
  PhaseAtWork(teller, Phase::save).end();
  EXPECT_EQ(teller.notes().size(), 1u);
}

TEST(RunTeller, TheSecondsLeftAreTheStepsToComeAtTheMeanPaceSoFar) {
  std::vector<double> left;
  const RunEvents events{.on_step = [&](const Step& step) { left.push_back(step.seconds_left); }};
  RunTeller teller(events);
  const double seconds[] = {4, 1, 1, 2};  // the first also builds what the others find
  for (int64_t i = 0; i < 4; ++i) teller.step({.index = i, .count = 4, .seconds = seconds[i]});
  EXPECT_EQ(left, (std::vector<double>{4.0 * 3, 5.0 / 2 * 2, 6.0 / 3 * 1, 0}));
}

TEST(RunTeller, AStepIsToldAsItWasTaken) {
  Step told;
  const RunEvents events{.on_step = [&](const Step& step) { told = step; }};
  RunTeller(events).step(
      {.index = 2,
       .count = 7,
       .timestep = 251,
       .sigma = 1.5,
       .seconds = 0.5,
       .pictures = 3,
       .preview = [](int64_t picture) { return PreviewPicture{.width = 10 + picture, .height = 0, .rgb = {}}; }});
  EXPECT_EQ(told.index, 2);
  EXPECT_EQ(told.count, 7);
  EXPECT_EQ(told.timestep, 251);
  EXPECT_EQ(told.sigma, 1.5);
  EXPECT_EQ(told.seconds, 0.5);
  EXPECT_EQ(told.pictures, 3);
  EXPECT_EQ(told.preview(2).width, 12);
}

TEST(RunTeller, APhaseIsToldAtBothItsEnds) {
  std::vector<PhaseEvent> told;
  const RunEvents events{.on_phase = [&](const PhaseEvent& phase) { told.push_back(phase); }};
  const RunTeller teller(events);
  PhaseAtWork phase(teller, Phase::encode);
  ASSERT_EQ(told.size(), 1u) << "before anything is done";
  EXPECT_FALSE(told[0].is_end);
  const double seconds = phase.end(true);
  ASSERT_EQ(told.size(), 2u);
  for (const PhaseEvent& event : told) EXPECT_EQ(event.phase, Phase::encode);
  EXPECT_TRUE(told[1].is_end);
  EXPECT_TRUE(told[1].is_reused);
  EXPECT_EQ(told[1].seconds, seconds);
  PhaseAtWork(teller, Phase::save).end();
  EXPECT_FALSE(told.back().is_reused);
}

}  // namespace
}  // namespace redraw
