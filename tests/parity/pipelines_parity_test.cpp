// Runs whole loops of guided denoising on the tiny SD 1 model, and compares every latent with diffusers' schedulers and
// networks (golden/pipelines). Token ids and noise are fixed; guidance is 7.5.
#include <cmath>
#include <gtest/gtest.h>

#include "diffusion/sampler.h"
#include "diffusion/strength.h"
#include "models/vae.h"
#include "parity/test_models.h"
#include "pipelines/guided_network.h"
#include "support/golden.h"

namespace redraw {
namespace {

constexpr double kGuidance = 7.5;

struct Case {
  int64_t steps;
  double strength;  // 0: txt2img
  int64_t seed;
};

// The cases of InvokeAI's Image-to-Image page, and the two ends of strength.
constexpr Case kCases[] = {{10, 0, 42},           {10, 0.4, 1592514025}, {10, 0.7, 1592514025},
                           {30, 0.7, 1592514025}, {29, 0.7, 1592514025}, {10, 1.0, 3}};

std::string tag_of(const std::string& sampler, const Case& c) {
  const std::string kind = c.strength == 0 ? "txt2img"
                                           : "img2img" + std::string(c.strength == 0.4   ? "0.4"
                                                                     : c.strength == 0.7 ? "0.7"
                                                                                         : "1.0");
  return sampler + "/" + std::to_string(c.steps) + "/" + kind + "/seed" + std::to_string(c.seed);
}

// This golden's schedulers were made only from the numbers of SD's schedule. DDIM has an offset and the final alpha.
SchedulerConfig golden_config(const std::string& sampler) {
  SchedulerConfig config;
  config.beta_start = 0.00085;
  config.beta_end = 0.012;
  config.beta_schedule = BetaSchedule::scaled_linear;
  if (sampler == "ddim") {
    config.clip_sample = false;
    config.set_alpha_to_one = false;
    config.steps_offset = 1;
  }
  if (sampler == "dpmpp_2m") config.sigma_rule = SigmaRule::karras;
  return config;
}

// golden/README.md asks for 1e-4. With these made-up weights the latents of sigma samplers grow far beyond 10, and a
// float32 loop cannot hold an absolute limit there. docs/testing.md asks for 1e-5 of the largest value of whole loops.
double limit_for(const std::vector<double>& expected) {
  double largest = 0;
  for (double x : expected) largest = std::max(largest, std::abs(x));
  return std::max(1e-4, 1e-5 * largest);
}

class TinyPipeline : public ::testing::TestWithParam<const char*> {
 protected:
  Context context_{2};
  std::unique_ptr<Backend> backend_ = make_cpu_backend(context_);
  SafetensorsFile file_ = golden("pipelines/tiny-sd15.safetensors");
  DiffusersFolder folder_ = tiny_model("tiny-sd15");
  UNet unet_{*backend_, parameters_of(folder_.weights("unet")), parse_unet_config(folder_.config("unet"))};

  std::vector<float> latent(const std::string& name) const { return nchw_to_nhwc(read_golden(file_, name)).floats(); }

  // Runs one case with our networks and compares every latent. Returns the largest difference as a share of its limit.
  double largest_share_of_limit(const std::string& sampler, const Case& c, double cfg_scale) {
    const std::string tag = tag_of(sampler, c);
    const GoldenTensor contexts = read_golden(file_, "context");  // row 0: empty prompt, row 1: prompt
    const Tensor both = contexts.tensor();
    GuidedNetwork network(unet_, {.context = both.rows(1, 2), .negative_context = both.rows(0, 1)}, {1, 16, 16, 4});
    network.set_guidance(cfg_scale, 0);
    const SamplingPlan plan = plan_sampling(find_sampler(sampler), golden_config(sampler), c.steps);
    const std::vector<float> noise = latent(tag + "/noise");
    std::vector<float> x(noise.size());
    int64_t begin = 0;
    if (c.strength == 0) {
      start_from_noise(plan.table, noise, x);
    } else {
      begin = plan_strength(c.steps, c.strength).begin;
      add_noise(plan.table, begin, latent("init_latent"), noise, x);
    }
    const GoldenTensor start = nchw_to_nhwc(read_golden(file_, tag + "/x0"));
    double largest = compare(x, start.values).max_abs / limit_for(start.values);
    const SamplerRun run{.begin = begin,
                         .denoise = std::ref(network),
                         .on_step =
                             [&](const StepInfo& info) {
                               // For a step of two calls the golden also has the state between them.
                               const int64_t calls = network_calls(plan, begin, begin + info.index + 1).value();
                               const std::string name = tag + "/x" + std::to_string(calls);
                               const GoldenTensor expected = nchw_to_nhwc(read_golden(file_, name));
                               const double difference = compare(info.latent, expected.values).max_abs;
                               largest = std::max(largest, difference / limit_for(expected.values));
                               return true;
                             },
                         .noise = nullptr};
    EXPECT_TRUE(run_sampler(plan, run, x));
    return largest;
  }
};

TEST_P(TinyPipeline, EveryLatentOfEveryCaseMatches) {
  for (const Case& c : kCases) {
    EXPECT_LE(largest_share_of_limit(GetParam(), c, kGuidance), 1) << tag_of(GetParam(), c);
  }
}

TEST_P(TinyPipeline, NoticesGuidanceThatIsOnePartInAThousandOff) {
  EXPECT_GT(largest_share_of_limit(GetParam(), kCases[1], kGuidance * 1.001), 1);
}

INSTANTIATE_TEST_SUITE_P(Samplers, TinyPipeline, ::testing::Values("ddim", "euler", "lms", "dpmpp_2m", "unipc", "heun"),
                         [](const auto& info) { return std::string(info.param); });

TEST(TinyPipelineParts, InitImageAndContextMatch) {
  const Context context(2);
  const auto backend = make_cpu_backend(context);
  const SafetensorsFile file = golden("pipelines/tiny-sd15.safetensors");
  const DiffusersFolder folder = tiny_model("tiny-sd15");
  const VaeConfig config = parse_vae_config(folder.config("vae"));
  const VaeEncoder encoder(*backend, parameters_of(folder.weights("vae")), config);
  Tensor latent = encoder(nchw_to_nhwc(read_golden(file, "init_image")).tensor()).mean;
  for (float& x : latent.values()) x *= static_cast<float>(config.scaling_factor);
  ExpectClose("init_latent", latent.values(), nchw_to_nhwc(read_golden(file, "init_latent")).values,
              {.max_abs = 2e-5, .rms_relative = 1e-5});
}

}  // namespace
}  // namespace redraw
