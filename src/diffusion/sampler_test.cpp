#include "diffusion/sampler.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <set>

#include "diffusion/solver/trajectory_test_support.h"
#include "diffusion/torch_cpu_generator.h"

namespace redraw {
namespace {

TEST(Samplers, AreFoundByNameAliasAndClass) {
  std::set<std::string_view> names;
  for (const SamplerInfo* sampler : samplers()) {
    EXPECT_TRUE(names.insert(sampler->name).second) << sampler->name;
    EXPECT_EQ(&find_sampler(sampler->name), sampler);
    if (!sampler->scheduler_class.empty()) {
      EXPECT_NE(sampler_of_class(sampler->scheduler_class), nullptr);
    }
    for (std::string_view alias : sampler->aliases) {
      EXPECT_TRUE(names.insert(alias).second) << alias;
      EXPECT_EQ(&find_sampler(alias), sampler);
    }
  }
  EXPECT_EQ(find_sampler("EulerDiscreteScheduler").name, "euler");
  EXPECT_EQ(sampler_of_class("FlowMatchEulerDiscreteScheduler"), nullptr);
  EXPECT_EQ(sampler_of_class(""), nullptr);
}

TEST(Samplers, NamesMayImplyASchedule) {
  EXPECT_EQ(find_named_sampler("euler").rule, SigmaRule::model);
  for (const char* name : {"euler_k", "euler_karras", "Euler_K"}) {
    EXPECT_EQ(find_named_sampler(name).sampler->name, "euler") << name;
    EXPECT_EQ(find_named_sampler(name).rule, SigmaRule::karras) << name;
  }
}

TEST(Samplers, SuggestTheNearestNameForAnUnknownOne) {
  const Thrown thrown = thrown_by([] { find_sampler("eular"); });
  EXPECT_EQ(thrown.code, Code::unknown_name);
  EXPECT_NE(thrown.message.find("unknown sampler 'eular'; did you mean 'euler'?"), std::string::npos) << thrown.message;
}

// A network that knows the picture and answers in the config's prediction type: whatever the spacing, the sampler must
// come back to that picture. This tests the algebra of all three types, of which the goldens lack `sample`.
TEST(Samplers, ComeBackToThePictureThatTheNetworkKnows) {
  const std::vector<float> picture = {0.5f, -1.5f, 3.0f, 0.0f};
  const std::vector<float> noise = {0.3f, -0.7f, 1.1f, -2.0f};
  for (const std::string variant : {"ddim", "ddim+leading", "euler", "euler+trailing", "euler+karras", "euler+beta",
                                    "lms", "lms+leading", "lms+exponential"}) {
    for (PredictionType type : {PredictionType::epsilon, PredictionType::v_prediction, PredictionType::sample}) {
      SchedulerConfig config = golden_config(variant);
      config.prediction_type = type;
      config.set_alpha_to_one = true;
      const SamplingPlan plan = plan_sampling(find_sampler(variant.substr(0, variant.find('+'))), config, 7);
      SamplerRun run;
      int64_t call = 0;
      run.denoise = [&](const NetworkCall& network) {
        const std::span<const float> x = network.x;
        const std::span<float> output = network.output;
        EXPECT_EQ(network.timestep, plan.table.timesteps[static_cast<size_t>(call)]);
        const double sigma = plan.table.sigmas[static_cast<size_t>(call++)];
        const double signal = 1.0 / std::sqrt(sigma * sigma + 1.0);
        const double spread = sigma * signal;
        for (size_t i = 0; i < x.size(); ++i) {
          const double epsilon = (x[i] - signal * picture[i]) / spread;
          output[i] = static_cast<float>(type == PredictionType::sample    ? picture[i]
                                         : type == PredictionType::epsilon ? epsilon
                                                                           : signal * epsilon - spread * picture[i]);
        }
      };
      run.on_step = [&](const StepInfo& info) {
        for (size_t i = 0; i < picture.size(); ++i) EXPECT_NEAR(info.predicted_original[i], picture[i], 1e-4);
        return true;
      };
      std::vector<float> latent(picture.size());
      add_noise(plan.table, 0, picture, noise, latent);
      EXPECT_TRUE(run_sampler(plan, run, latent));
      EXPECT_EQ(call, 7);
      // The network answers in float32 from inputs that are nearly all noise; sigma 14.6 enlarges that rounding.
      for (size_t i = 0; i < picture.size(); ++i) EXPECT_NEAR(latent[i], picture[i], 1e-4) << variant << name_of(type);
    }
  }
}

TEST(Samplers, StopWhereTheyAreToldTo) {
  for (const SamplerInfo* sampler : samplers()) {
    const SamplingPlan plan = plan_sampling(*sampler, golden_config(sampler->name), 10);
    std::vector<float> latent(64, 1.0f);
    std::vector<float> seen;
    int calls = 0;
    SamplerRun run;
    run.begin = 3;
    TorchCpuGenerator noise(1);
    run.noise = &noise;
    run.denoise = [&](const NetworkCall& call) {
      ++calls;
      fake_network(call);
    };
    run.on_step = [&](const StepInfo& info) {
      if (!sampler->chooses_its_levels) {
        EXPECT_EQ(info.timestep, plan.table.timesteps[static_cast<size_t>(3 + info.index)]);
        EXPECT_EQ(info.sigma, plan.table.sigmas[static_cast<size_t>(3 + info.index)]);
        EXPECT_EQ(info.count, plan.table.steps() - 3);
      }
      EXPECT_LT(info.index + 1, info.count) << sampler->name;
      seen.assign(info.latent.begin(), info.latent.end());
      return info.index < 1;
    };
    EXPECT_FALSE(run_sampler(plan, run, latent)) << sampler->name;
    if (!sampler->chooses_its_levels) {
      EXPECT_EQ(network_calls(plan, 3, 5), calls) << sampler->name;
    }
    EXPECT_EQ(latent, seen) << sampler->name;
  }
}

TEST(Samplers, RunWithoutAnObserverAndLetTheNetworksErrorsThrough) {
  for (const SamplerInfo* sampler : samplers()) {
    const SamplingPlan plan = plan_sampling(*sampler, golden_config(sampler->name), 3);
    std::vector<float> latent(64, 1.0f);
    TorchCpuGenerator noise(1);
    SamplerRun run;
    run.noise = &noise;
    run.denoise = fake_network;
    EXPECT_TRUE(run_sampler(plan, run, latent)) << sampler->name;
    run.denoise = [](const NetworkCall&) { throw Error(Code::model_not_finite, "no"); };
    EXPECT_EQ(thrown_by([&] { (void)run_sampler(plan, run, latent); }).code, Code::model_not_finite);
  }
}

TEST(Samplers, RefuseStepsThatTheModelCannotTake) {
  const auto refused = [](int64_t steps) {
    return thrown_by([&] { plan_sampling(find_sampler("euler"), golden_config("euler"), steps); });
  };
  for (int64_t steps : {int64_t{0}, int64_t{-1}, int64_t{1001}, INT64_MAX}) {
    EXPECT_EQ(refused(steps).code, Code::out_of_range) << steps;
  }
  EXPECT_EQ(refused(0).message, "steps is 0, but must be 1 to 1000, the timesteps that the model was trained on");
}

TEST(Samplers, RunTheStepsBetweenBeginAndEnd) {
  const SamplingPlan plan = plan_sampling(find_sampler("euler"), golden_config("euler"), 10);
  std::vector<float> whole(64, 1.0f);
  std::vector<float> parts(64, 1.0f);
  SamplerRun run{.denoise = fake_network};
  EXPECT_TRUE(run_sampler(plan, run, whole));
  run.end = 4;
  EXPECT_TRUE(run_sampler(plan, run, parts));
  EXPECT_NE(whole, parts);
  run.begin = 4;
  run.end = -1;
  EXPECT_TRUE(run_sampler(plan, run, parts));
  EXPECT_EQ(whole, parts);
}

TEST(Samplers, LetALatentBeChangedAfterEveryStep) {
  for (const SamplerInfo* sampler : samplers()) {
    const SamplingPlan plan = plan_sampling(*sampler, golden_config(sampler->name), 5);
    TorchCpuGenerator noise(1);
    std::vector<float> latent(64, 1.0f);
    int64_t changes = 0;
    int64_t last_count = 0;
    SamplerRun run;
    run.noise = &noise;
    run.denoise = fake_network;
    run.after_step = [&](int64_t index, int64_t count, std::span<float> x) {
      EXPECT_EQ(index, changes++) << sampler->name;
      if (!sampler->chooses_its_levels) {
        EXPECT_EQ(count, plan.table.steps()) << sampler->name;
      }
      last_count = count;
      std::ranges::fill(x, 0.25f);
    };
    run.on_step = [&](const StepInfo& info) {
      EXPECT_EQ(info.latent[7], 0.25f) << sampler->name;
      return true;
    };
    EXPECT_TRUE(run_sampler(plan, run, latent));
    EXPECT_EQ(changes, last_count) << sampler->name;
    EXPECT_EQ(latent, std::vector<float>(64, 0.25f)) << sampler->name;
  }
}

TEST(Samplers, RefuseToBeginOutsideTheTable) {
  const SamplingPlan plan = plan_sampling(find_sampler("euler"), golden_config("euler"), 10);
  std::vector<float> latent(64);
  for (int64_t begin : {-1, 10, 11}) {
    SamplerRun run;
    run.begin = begin;
    run.denoise = fake_network;
    EXPECT_EQ(thrown_by([&] { (void)run_sampler(plan, run, latent); }).code, Code::out_of_range) << begin;
  }
}

TEST(Samplers, WorkByElementSoThatLayoutAndBatchAreTheCallers) {
  // Reversing the elements before and after is the same as not doing so, for a network that works by element too.
  for (const SamplerInfo* sampler : samplers()) {
    const SamplingPlan plan = plan_sampling(*sampler, golden_config(sampler->name), 6);
    SamplerRun run;
    ConstantNoise noise;
    run.noise = &noise;
    run.denoise = [](const NetworkCall& call) {
      for (size_t i = 0; i < call.x.size(); ++i) call.output[i] = std::sin(call.x[i]);
      std::ranges::copy(call.output.first(call.unconditional.size()), call.unconditional.begin());
    };
    std::vector<float> forward = {1.0f, 2.0f, -3.0f, 0.25f, 7.0f};
    std::vector<float> backward(forward.rbegin(), forward.rend());
    EXPECT_TRUE(run_sampler(plan, run, forward));
    EXPECT_TRUE(run_sampler(plan, run, backward));
    EXPECT_EQ(forward, std::vector<float>(backward.rbegin(), backward.rend())) << sampler->name;
  }
}

}  // namespace
}  // namespace redraw
