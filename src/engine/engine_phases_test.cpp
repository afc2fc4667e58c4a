// The phases that a run tells: always in pairs, and no time counted twice.
#include <chrono>
#include <gtest/gtest.h>
#include <vector>

#include "engine/engine_test_support.h"

namespace redraw {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Told phases that began and did not end.
class OpenPhases {
 public:
  void take(const PhaseEvent& event) {
    if (!event.is_end) {
      open_.push_back(event.phase);
      ++begun_;
      return;
    }
    ASSERT_FALSE(open_.empty());
    EXPECT_EQ(open_.back(), event.phase);
    open_.pop_back();
  }
  size_t open() const { return open_.size(); }
  int begun() const { return begun_; }

 private:
  std::vector<Phase> open_;
  int begun_ = 0;
};

// Everything is opened, and one autoencoder more: of the previews.
Request previewed_request() {
  Request request = small_request();
  request.output.preview_vae = project_file("tests/golden/taesd/weights.safetensors");
  return request;
}

TEST(EnginePhases, ALoadWithinDenoisingIsCountedOnce) {
  Engine engine(2);
  double told = 0;
  double told_within = 0;  // denoising
  double within = 0;
  Clock::time_point denoise_start;
  const Clock::time_point start = Clock::now();
  const Result result = engine.run(previewed_request(), {.on_phase =
                                                             [&](const PhaseEvent& event) {
                                                               const bool is_denoise = event.phase == Phase::denoise;
                                                               if (is_denoise && !event.is_end)
                                                                 denoise_start = Clock::now();
                                                               if (is_denoise && !event.is_end) told_within = 0;
                                                               told += event.seconds;
                                                               told_within += event.seconds;
                                                               if (is_denoise && event.is_end) {
                                                                 within = seconds_since(denoise_start);
                                                                 EXPECT_GT(told_within, event.seconds)
                                                                     << "the decoder of previews is loaded";
                                                                 EXPECT_LE(told_within, within);
                                                               }
                                                             },
                                                         .on_step = [](const Step& step) { step.preview(0); }});
  EXPECT_FALSE(result.png.empty());
  EXPECT_GT(within, 0);
  const double all = seconds_since(start);
  EXPECT_LE(told, all);
  EXPECT_LE(result.seconds.total(), all);
}

TEST(EnginePhases, EveryNetworkIsToldToLoad) {
  Engine engine(2);
  int loads = 0;
  engine.run(small_request(), {.on_phase = [&](const PhaseEvent& event) {
               loads += event.phase == Phase::load && event.is_end ? 1 : 0;
             }});
  EXPECT_EQ(loads, 1 + static_cast<int>(engine.loaded_networks().size())) << "the model's opening, and each network";
}

TEST(EnginePhases, ACancelledPhaseIsToldToEnd) {
  const auto cancelled_at = [](int at) {
    Engine engine(2);
    OpenPhases phases;
    const Cancellation cancellation;
    const Result result = engine.run(previewed_request(),
                                     {.on_phase =
                                          [&](const PhaseEvent& event) {
                                            phases.take(event);
                                            if (!event.is_end && phases.begun() == at) cancellation.cancel();
                                          },
                                      .on_step = [](const Step& step) { step.preview(0); }},
                                     cancellation);
    EXPECT_EQ(phases.open(), 0u) << "cancelled at phase " << at;
    EXPECT_EQ(result.cancelled, at > 0) << at;
    return phases.begun();
  };
  const int all = cancelled_at(0);
  EXPECT_GE(all, 5);
  for (int at = 1; at <= all; ++at) cancelled_at(at);
}

}  // namespace
}  // namespace redraw
