#include "pipelines/generate.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/cancelled.h"
#include "diffusion/latent_resize.h"
#include "pipelines/denoise.h"
#include "pipelines/encode_pictures.h"
#include "pipelines/latent_scale.h"
#include "pipelines/part_of.h"
#include "pipelines/start.h"

namespace redraw {
namespace {

// One generation in progress: the state that its phases share.
class Generation {
 public:
  Generation(const StableDiffusion& model, const GenerateRequest& request, const GeneratePlan& plan,
             const GenerateEvents& events)
      : model_(model), request_(request), plan_(plan), events_(events) {}

  GenerateResult run() {
    const NetworkCache::BuildScope scope(model_.caches().networks, told_as_load(events_, result_.load_seconds));
    try {
      make_pictures();
    } catch (const Cancelled&) {
      result_.cancelled = true;
      result_.images.clear();
    }
    return std::move(result_);
  }

 private:
  void make_pictures() {
    // Networks that earlier runs left in memory count against the limit as well.
    if (request_.is_releasing) model_.caches().networks.evict_all();
    prompts_ = encode_prompts(model_, request_, plan_, events_);
    result_.is_text_reused = prompts_.is_reused;
    result_.text_seconds = prompts_.seconds;
    if (request_.is_releasing) model_.release_text_encoders();

    pictures_ = encode_pictures(model_, request_, plan_, events_);
    result_.is_encode_reused = pictures_.is_reused;
    result_.encode_seconds = pictures_.seconds;
    if (request_.is_releasing) model_.release_vae_encoder();

    const std::vector<float> latents = denoise_all();
    if (request_.is_releasing) model_.release_unet();

    decode_all(latents);
    if (request_.is_releasing) model_.release_vae_decoder();
  }

  // The whole batch at once, or each picture by itself if the sampler couples them.
  std::vector<float> denoise_all() {
    const int64_t at_once = plan_.couples_pictures() ? 1 : request_.pictures();
    const int64_t groups = request_.pictures() / at_once;
    Denoiser denoiser(model_, request_, prompts_, events_, groups * plan_.steps_to_run());
    std::vector<float> latents;
    const auto work = [&] {
      for (int64_t first = 0; first < request_.pictures(); first += at_once) {
        const std::vector<float> made = denoise_group(denoiser, first, at_once);
        latents.insert(latents.end(), made.begin(), made.end());
      }
      return false;
    };
    const auto count = [&] {
      result_.steps_run = denoiser.steps_run();
      result_.network_rows = denoiser.network_rows();
    };
    try {
      result_.denoise_seconds = run_phase(events_, Phase::denoise, work, &result_.load_seconds);
    } catch (const Cancelled&) {
      count();
      throw;
    }
    count();
    return latents;
  }

  // Draws come in the reference's order: the posterior's first, if it is sampled, then the start noise, then the
  // steps'.
  std::vector<float> denoise_group(Denoiser& denoiser, int64_t first, int64_t count) const {
    BatchNoise noise(std::span(request_.noise).subspan(static_cast<size_t>(first), static_cast<size_t>(count)));
    std::vector<float> clean;
    if (plan_.first_pass) {
      const LatentShape small = shape_of(request_.hires_fix->width, request_.hires_fix->height);
      std::vector<float> latents = start_latents(*plan_.first_pass, small, {}, noise);
      denoiser({.plan = *plan_.first_pass,
                .shape = small,
                .extra_channels = pictures_.first_pass_extra_channels,
                .first_picture = first},
               noise, latents);
      for (int64_t i = 0; i < count; ++i) {
        const std::span<const float> own = part_of(std::span<const float>(latents), i, count);
        const std::vector<float> enlarged = resize_latent(own, small, shape_);
        clean.insert(clean.end(), enlarged.begin(), enlarged.end());
      }
    } else if (pictures_.start) {
      clean = clean_latents(model_.spec(), *pictures_.start, request_.vae_sample, shape_, noise);
    }
    std::vector<float> latents = start_latents(plan_.run, shape_, clean, noise);
    denoiser({.plan = plan_.run, .shape = shape_, .extra_channels = pictures_.extra_channels, .first_picture = first},
             noise, latents);
    return latents;
  }

  // One picture after the other: decoding is where memory peaks.
  void decode_all(std::span<const float> latents) {
    const LatentDecoder decode = model_.decoder();
    result_.decode_seconds = run_phase(events_, Phase::decode, [&] {
      for (int64_t i = 0; i < request_.pictures(); ++i) {
        const std::span<const float> own = part_of(latents, i, request_.pictures());
        result_.images.push_back(decode(decodable(shape_, plan_.run.table(), plan_.run.end, own), request_.seamless));
      }
      return false;
    });
  }

  LatentShape shape_of(int64_t width, int64_t height) const {
    return latent_shape(width, height, model_.spec().vae.latent_channels);
  }

  const StableDiffusion& model_;
  const GenerateRequest& request_;
  const GeneratePlan& plan_;
  const GenerateEvents& events_;
  LatentShape shape_ = shape_of(request_.width, request_.height);
  PromptsForRun prompts_;
  PicturesForRun pictures_;
  GenerateResult result_;
};

}  // namespace

GenerateResult generate(const StableDiffusion& model, const GenerateRequest& request, const GeneratePlan& plan,
                        const GenerateEvents& events) {
  return Generation(model, request, plan, events).run();
}

}  // namespace redraw
