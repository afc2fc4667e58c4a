#include "engine/self_test.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text_table.h"
#include "diffusion/expected_noise.h"
#include "diffusion/run_plan.h"

namespace redraw {
namespace {

// Ten steps from (1, -2) * init_noise_sigma with the config of Stable Diffusion 1, the network answering
// (0.5 + t / 1000) * x: diffusers 0.42.1 on torch 2.13.0, float32.
constexpr auto kAnswers = std::to_array<KnownAnswer>({{"ddim", 0.353436708f, -0.706873417f},
                                                      {"euler", 0.348392874f, -0.696785748f},
                                                      {"lms", 0.445208132f, -0.890416265f},
                                                      {"heun", 0.541511476f, -1.08302295f},
                                                      {"pndm", 0.534882188f, -1.06976438f}});

// Ten steps of float32 in another order of operations, and well below anything a picture could show.
constexpr float kTolerance = 1e-5f;

std::array<float, 2> run_of(std::string_view sampler) {
  SchedulerConfig config;
  config.beta_start = 0.00085;
  config.beta_end = 0.012;
  config.beta_schedule = BetaSchedule::scaled_linear;
  config.timestep_spacing = TimestepSpacing::leading;
  config.steps_offset = 1;
  config.set_alpha_to_one = false;
  config.clip_sample = false;
  config.skip_prk_steps = true;
  const RunPlan plan = plan_run(config, {.sampler = find_named_sampler(sampler), .steps = 10});
  std::array<float, 2> latent{};
  start_from_noise(plan.table(), std::array{1.0f, -2.0f}, latent);
  const Denoise network = [](const NetworkCall& call) {
    const auto factor = static_cast<float>(0.5 + call.timestep / 1000.0);
    std::ranges::transform(call.x, call.output.begin(), [factor](float x) { return factor * x; });
  };
  (void)run_sampler(plan.sampling, {.denoise = network}, latent);
  return latent;
}

SelfTestCheck hash_check(const NoiseReport& expected, std::string_view what, uint64_t wanted, uint64_t found,
                         bool is_defect, std::string_view meaning) {
  SelfTestCheck check{.name = fmt::format("{}, seed {}: {}", expected.name, expected.seed, what),
                      .expected = fmt::format("{:016X}", wanted),
                      .found = fmt::format("{:016X}", found)};
  check.is_ok = wanted == found;
  if (!check.is_ok) {
    check.is_defect = is_defect;
    check.meaning = meaning;
  }
  return check;
}

void check_noise(const NoiseReport& expected, std::vector<SelfTestCheck>& checks) {
  const NoiseReport found = noise_report(expected.name, expected.seed);
  checks.push_back(hash_check(expected, "integers", expected.word_hash, found.word_hash, true,
                              "the generator itself is wrong, so every seed gives another picture; please report it"));
  // The one source whose last bits a machine's own library decides (noise_report.h).
  const bool may_differ = expected.name == "torch-cuda";
  float largest = 0;
  for (size_t i = 0; i < expected.first.size(); ++i) {
    largest = std::max(largest, std::abs(expected.first[i] - found.first[i]));
  }
  const bool is_close = largest < 1e-5f && std::abs(expected.mean - found.mean) < 1e-6 &&
                        std::abs(expected.deviation - found.deviation) < 1e-6;
  checks.push_back(hash_check(
      expected, "normal numbers", expected.normal_hash, found.normal_hash, !may_differ || !is_close,
      may_differ && is_close
          ? "this machine's C library rounds a logarithm or sine otherwise; pictures differ by less than can be seen"
          : "the same integers become other noise, so pictures of a seed differ from other machines'; please report "
            "it"));
}

SelfTestCheck check_answer(const KnownAnswer& answer) {
  const std::array<float, 2> found = run_of(answer.sampler);
  SelfTestCheck check{.name = fmt::format("{}: ten steps", answer.sampler),
                      .expected = fmt::format("{:.6f} {:.6f}", answer.first, answer.second),
                      .found = fmt::format("{:.6f} {:.6f}", found[0], found[1])};
  // Written so that a NaN is not ok.
  check.is_ok = std::abs(found[0] - answer.first) <= kTolerance && std::abs(found[1] - answer.second) <= kTolerance;
  if (!check.is_ok) {
    check.is_defect = true;
    check.meaning = "the sampler's arithmetic is wrong on this machine; please report it";
  }
  return check;
}

}  // namespace

std::vector<SelfTestCheck> self_test() {
  return self_test(expected_noise(), kAnswers);
}

std::vector<SelfTestCheck> self_test(std::span<const NoiseReport> noise, std::span<const KnownAnswer> answers) {
  std::vector<SelfTestCheck> checks;
  for (const NoiseReport& expected : noise) check_noise(expected, checks);
  for (const KnownAnswer& answer : answers) checks.push_back(check_answer(answer));
  return checks;
}

bool has_defect(std::span<const SelfTestCheck> checks) {
  return std::ranges::any_of(checks, &SelfTestCheck::is_defect);
}

std::string self_test_text(std::span<const SelfTestCheck> checks) {
  const TableColumn columns[] = {{"check"}, {"expected"}, {"found"}, {""}};
  std::vector<std::vector<std::string>> rows;
  std::string meanings;
  for (const SelfTestCheck& check : checks) {
    rows.push_back({check.name, check.expected, check.found, check.is_ok ? "ok" : "DIFFERS"});
    if (!check.is_ok) meanings += fmt::format("{}: {}\n", check.name, check.meaning);
  }
  const auto differing = std::ranges::count(checks, false, &SelfTestCheck::is_ok);
  const std::string sum = differing == 0 ? fmt::format("all {} checks are ok\n", checks.size())
                                         : fmt::format("{} of {} checks differ\n", differing, checks.size());
  return text_table(columns, rows) + "\n" + meanings + sum;
}

std::string self_test_json(std::span<const SelfTestCheck> checks) {
  nlohmann::json list = nlohmann::json::array();
  for (const SelfTestCheck& check : checks) {
    list.push_back({{"check", check.name}, {"expected", check.expected}, {"found", check.found}, {"ok", check.is_ok}});
    if (!check.is_ok) {
      list.back()["defect"] = check.is_defect;
      list.back()["meaning"] = check.meaning;
    }
  }
  return nlohmann::json({{"checks", list}, {"ok", !has_defect(checks)}}).dump();
}

}  // namespace redraw
