#include "pipelines/latent_noise.h"

#include "diffusion/brownian_tree.h"
#include "diffusion/perlin_noise.h"

namespace redraw {
namespace {

// Numbers in the reference's order, [C, h, w], stored as [h, w, C].
void store_channels_last(std::span<const float> planes, const LatentShape& shape, std::span<float> out) {
  const int64_t positions = shape.height * shape.width;
  for (int64_t c = 0; c < shape.channels; ++c) {
    for (int64_t p = 0; p < positions; ++p) {
      out[static_cast<size_t>(p * shape.channels + c)] = planes[static_cast<size_t>(c * positions + p)];
    }
  }
}

void draw_channels_last(NoiseSource& source, const LatentShape& shape, std::span<float> out) {
  check_latent_size(shape, out.size(), "noise");
  std::vector<float> planes(out.size());
  source.normal(planes);
  store_channels_last(planes, shape, out);
}

}  // namespace

class LatentNoise::StepSource : public NoiseSource {
 public:
  StepSource(NoiseSource& source, const LatentShape& shape) : source_(source), shape_(shape) {}
  void normal(std::span<float> out) override { draw_channels_last(source_, shape_, out); }

 private:
  NoiseSource& source_;
  LatentShape shape_;
};

LatentNoise::LatentNoise(const NoiseRequest& request)
    : request_(request), streams_(request.source->make(request.seed)) {
  if (request.step_noise == StepNoise::own) {
    own_steps_ = request.source->make(step_noise_seed(request.seed)).normal;
  }
}

LatentNoise::~LatentNoise() = default;

void LatentNoise::draw(const LatentShape& shape, std::span<float> out) {
  draw_channels_last(*streams_.normal, shape, out);
  draws_before_.push_back(shape);
}

void LatentNoise::draw_start(const LatentShape& shape, std::span<float> out) {
  const std::vector<LatentShape> draws_before = draws_before_;
  const auto draw_with = [&](SeededStreams& streams, std::span<float> noise) {
    draw_channels_last(*streams.normal, shape, noise);
    mix_perlin_noise(request_.perlin, streams.uniform, shape, noise);
  };
  bool base_is_drawn = false;
  draw_varied_noise(
      request_.seed, request_.variations,
      [&](uint64_t seed, std::span<float> noise) {
        if (!base_is_drawn) {  // the run's own seed draws first, from the run's own generator
          base_is_drawn = true;
          draw_with(streams_, noise);
          return;
        }
        SeededStreams streams = request_.source->make(seed);
        for (const LatentShape& before : draws_before) {
          std::vector<float> unused(static_cast<size_t>(before.height * before.width * before.channels));
          streams.normal->normal(unused);
        }
        draw_with(streams, noise);
      },
      out);
  draws_before_.push_back(shape);
}

NoiseSource& LatentNoise::steps(const LatentShape& shape) {
  steps_ = std::make_unique<StepSource>(own_steps_ ? *own_steps_ : *streams_.normal, shape);
  return *steps_;
}

LatentNoise::IntervalNoise LatentNoise::intervals(const LatentShape& shape, double sigma_min, double sigma_max) const {
  if (request_.step_noise != StepNoise::brownian) return {};
  const auto count = static_cast<size_t>(shape.height * shape.width * shape.channels);
  const auto path = std::make_shared<const BrownianTree>(sigma_min, sigma_max, request_.seed, count);
  return [path, shape](double sigma, double sigma_next, std::span<float> out) {
    std::vector<float> planes(out.size());
    path->noise(sigma, sigma_next, planes);
    store_channels_last(planes, shape, out);
  };
}

}  // namespace redraw
