#include "pipelines/generate_events.h"

#include <gtest/gtest.h>
#include <vector>

#include "base/cancelled.h"
#include "pipelines/stopwatch.h"

namespace redraw {
namespace {

void work_for(double seconds) {
  const Stopwatch stopwatch;
  while (stopwatch.seconds() < seconds) {
  }
}

class RunPhase : public ::testing::Test {
 protected:
  double told_seconds() const {
    double sum = 0;
    for (const PhaseEvent& event : told_) sum += event.seconds;
    return sum;
  }

  std::vector<PhaseEvent> told_;
  GenerateEvents events_{.on_phase = [this](const PhaseEvent& event) { told_.push_back(event); }};
};

TEST_F(RunPhase, ALoadWithinAPhaseIsCountedOnce) {
  double load_seconds = 0;
  const Stopwatch wall;
  const double seconds = run_phase(
      events_, Phase::denoise,
      [&] {
        told_as_load(events_, load_seconds)([] { work_for(0.02); });
        return false;
      },
      &load_seconds);
  const double all = wall.seconds();
  EXPECT_GE(load_seconds, 0.02);
  EXPECT_LE(seconds + load_seconds, all);
  EXPECT_LE(told_seconds(), all);
  EXPECT_GE(seconds, 0);
  // What was loaded before the phase is not taken from it.
  EXPECT_GE(run_phase(
                events_, Phase::denoise, [] { return work_for(0.001), false; }, &load_seconds),
            0.001);
}

TEST_F(RunPhase, ACancelledPhaseAndTheLoadWithinItAreToldToEnd) {
  double load_seconds = 0;
  const auto cancelled_load = [&] {
    told_as_load(events_, load_seconds)([] {
      work_for(0.02);
      throw Cancelled();
    });
    return false;
  };
  const Stopwatch wall;
  EXPECT_THROW(run_phase(events_, Phase::denoise, cancelled_load, &load_seconds), Cancelled);
  EXPECT_LE(told_seconds(), wall.seconds());
  ASSERT_EQ(told_.size(), 4u);
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(told_[i].phase, i == 1 || i == 2 ? Phase::load : Phase::denoise) << i;
    EXPECT_EQ(told_[i].is_end, i >= 2) << i;
  }
}

}  // namespace
}  // namespace redraw
