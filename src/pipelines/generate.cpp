#include "pipelines/generate.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>
#include <vector>

#include "base/error.h"
#include "diffusion/strength.h"
#include "pipelines/guided_network.h"

namespace redraw {
namespace {

constexpr int64_t kMinSide = 8;
constexpr int64_t kMaxSide = 8192;

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }
  double restart() {
    const double result = seconds();
    start_ = std::chrono::steady_clock::now();
    return result;
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

void check_side(std::string_view field, int64_t side) {
  if (side >= kMinSide && side <= kMaxSide && side % 8 == 0) return;
  const int64_t below = std::clamp<int64_t>(side / 8 * 8, kMinSide, kMaxSide);
  throw Error(Code::bad_size, std::string(field) + " " + std::to_string(side) + " must be a multiple of 8 from " +
                                  std::to_string(kMinSide) + " to " + std::to_string(kMaxSide) + "; the nearest are " +
                                  std::to_string(below) + " and " + std::to_string(std::min(below + 8, kMaxSide)));
}

// The reference draws [1, C, h, w]; our latents are [1, h, w, C].
void draw_latent_noise(NoiseSource& source, const Shape& shape, std::span<float> out) {
  const int64_t channels = shape[3];
  const int64_t positions = shape[1] * shape[2];
  std::vector<float> planes(out.size());
  source.normal(planes);
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t p = 0; p < positions; ++p) {
      out[static_cast<size_t>(p * channels + c)] = planes[static_cast<size_t>(c * positions + p)];
    }
  }
}

// The clean latent of the picture to start from: its posterior's mean, or a draw from it, scaled.
std::vector<float> encode_start(const StableDiffusion& model, const GenerateRequest& request, NoiseSource& noise) {
  const VaePosterior posterior = model.encode_image(*request.init, request.seamless);
  std::vector<float> latent(posterior.mean.values().begin(), posterior.mean.values().end());
  if (request.vae_sample) {
    std::vector<float> draw(latent.size());
    draw_latent_noise(noise, posterior.mean.shape(), draw);
    for (size_t i = 0; i < latent.size(); ++i) {
      latent[i] += std::exp(0.5f * posterior.logvar.data()[i]) * draw[i];
    }
  }
  const auto factor = static_cast<float>(model.spec().vae.scaling_factor);
  for (float& x : latent) x *= factor;
  return latent;
}

void check_finite(const ModelSpec& model, double timestep, std::span<const float> output) {
  if (std::all_of(output.begin(), output.end(), [](float x) { return std::isfinite(x); })) return;
  throw Error(Code::model_not_finite, model.name + ": the network yields values that are not numbers at timestep " +
                                          std::to_string(timestep) + "; its weights may be damaged");
}

// A latent in the midst of a run carries noise: brought to the variance that the autoencoder knows before decoding,
// so that samplers which keep it at 1 and those which let it grow with sigma look alike.
Tensor rescaled(const Shape& shape, const StepTable& table, int64_t next, std::span<const float> latent) {
  Tensor scaled = Tensor::from(shape, latent);
  if (next < table.steps()) {
    const float signal = table.signal_scales[static_cast<size_t>(next)];
    const float noise = table.noise_scales[static_cast<size_t>(next)];
    const float factor = 1.0f / std::sqrt(signal * signal + noise * noise);
    for (float& x : scaled.values()) x *= factor;
  }
  return scaled;
}

}  // namespace

GeneratePlan plan_generation(const ModelSpec& model, const GenerateRequest& request) {
  check_side("width", request.width);
  check_side("height", request.height);
  if (!std::isfinite(request.cfg_scale)) throw Error(Code::not_a_number, "cfg_scale is not a number");
  GeneratePlan plan;
  plan.sampling = plan_sampling(find_sampler(request.sampler), model.scheduler, request.steps);
  if (request.init != nullptr) plan.begin = plan_strength(request.steps, request.strength).begin;
  make_noise_source(request.noise, request.seed);  // an unknown name is refused here, before anything is computed
  return plan;
}

GenerateResult generate(const StableDiffusion& model, const GenerateRequest& request, const GeneratePlan& plan,
                        const std::function<void(const GenerateStep&)>& on_step) {
  const Context& context = model.backend().context();
  GenerateResult result;
  const auto cancelled = [&] {
    result.cancelled = context.cancelled();
    return result.cancelled;
  };
  Stopwatch stopwatch;
  if (cancelled()) return result;
  const bool is_guided = request.cfg_scale > 1;
  const StableDiffusion::EncodedPrompt prompt = model.encode_prompt(request.prompt);
  const StableDiffusion::EncodedPrompt negative =
      is_guided ? model.encode_prompt(request.negative) : StableDiffusion::EncodedPrompt{};
  result.dropped_ids = prompt.dropped_ids + negative.dropped_ids;
  result.text_seconds = stopwatch.restart();
  if (cancelled()) return result;

  // The order of draws is the reference's: the posterior's first, if it is sampled, then the start noise.
  const std::unique_ptr<NoiseSource> noise_source = make_noise_source(request.noise, request.seed);
  const Shape shape{1, request.height / 8, request.width / 8, model.spec().vae.latent_channels};
  std::vector<float> latent(static_cast<size_t>(shape.elements()));
  std::vector<float> noise(latent.size());
  const StepTable& table = plan.sampling.table;
  if (request.init != nullptr) {
    const std::vector<float> original = encode_start(model, request, *noise_source);
    draw_latent_noise(*noise_source, shape, noise);
    add_noise(table, plan.begin, original, noise, latent);
  } else {
    draw_latent_noise(*noise_source, shape, noise);
    start_from_noise(table, noise, latent);
  }
  result.encode_seconds = stopwatch.restart();
  if (cancelled()) return result;

  const GuidedNetwork network(model.unet(), prompt.context, negative.context, request.cfg_scale, shape,
                              request.seamless);
  const auto decode = [&](const Tensor& x) { return model.decode_latent(x, request.seamless); };
  Stopwatch step_watch;
  const SamplerRun run{
      .begin = plan.begin,
      .denoise =
          [&](const NetworkCall& call) {
            network(call);
            check_finite(model.spec(), call.timestep, call.output);
          },
      .on_step =
          [&](const StepInfo& info) {
            result.steps_run = info.index + 1;
            const GenerateStep step{
                .index = info.index,
                .count = info.count,
                .timestep = info.timestep,
                .sigma = info.sigma,
                .seconds = step_watch.restart(),
                .preview = [&] { return decode(rescaled(shape, table, plan.begin + info.index + 1, info.latent)); },
            };
            if (on_step) on_step(step);
            step_watch.restart();
            return !context.cancelled();
          },
      .noise = noise_source.get()};
  const bool finished = run_sampler(plan.sampling, run, latent);
  result.denoise_seconds = stopwatch.restart();
  if (!finished) {
    result.cancelled = true;
    return result;
  }
  result.image = decode(Tensor::from(shape, latent));
  result.decode_seconds = stopwatch.restart();
  return result;
}

}  // namespace redraw
