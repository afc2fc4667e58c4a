#include "pipelines/batch_noise.h"

#include <utility>

#include "pipelines/part_of.h"

namespace redraw {

// The generators of the steps, one for each picture.
class BatchNoise::StepSources : public NoiseSource {
 public:
  explicit StepSources(std::vector<NoiseSource*> sources) : sources_(std::move(sources)) {}
  void normal(std::span<float> out) override {
    for (int64_t i = 0; i < std::ssize(sources_); ++i) of(i).normal(part_of(out, i, std::ssize(sources_)));
  }
  NoiseSource& of(int64_t picture) { return *sources_[static_cast<size_t>(picture)]; }

 private:
  std::vector<NoiseSource*> sources_;
};

BatchNoise::BatchNoise(std::span<const NoiseRequest> requests) {
  for (const NoiseRequest& request : requests) pictures_.push_back(std::make_unique<LatentNoise>(request));
}

BatchNoise::~BatchNoise() = default;

void BatchNoise::for_each(std::span<float> out, const OfPicture& work) {
  for (int64_t i = 0; i < pictures(); ++i) work(*pictures_[static_cast<size_t>(i)], part_of(out, i, pictures()));
}

void BatchNoise::draw(const LatentShape& shape, std::span<float> out) {
  for_each(out, [&](LatentNoise& noise, std::span<float> own) { noise.draw(shape, own); });
}

void BatchNoise::draw_start(const LatentShape& shape, std::span<float> out) {
  for_each(out, [&](LatentNoise& noise, std::span<float> own) { noise.draw_start(shape, own); });
}

NoiseSource& BatchNoise::steps(const LatentShape& shape) {
  std::vector<NoiseSource*> sources;
  for (const auto& noise : pictures_) sources.push_back(&noise->steps(shape));
  steps_ = std::make_unique<StepSources>(std::move(sources));
  return *steps_;
}

LatentNoise::IntervalNoise BatchNoise::intervals(const LatentShape& shape, double sigma_min, double sigma_max) {
  std::vector<LatentNoise::IntervalNoise> paths;
  bool has_path = false;
  for (const auto& noise : pictures_) {
    has_path = paths.emplace_back(noise->intervals(shape, sigma_min, sigma_max)) || has_path;
  }
  if (!has_path) return {};
  return [this, paths = std::move(paths)](double sigma, double sigma_next, std::span<float> out) {
    for (int64_t i = 0; i < std::ssize(paths); ++i) {
      const std::span<float> own = part_of(out, i, std::ssize(paths));
      const LatentNoise::IntervalNoise& path = paths[static_cast<size_t>(i)];
      if (path) {
        path(sigma, sigma_next, own);
      } else {
        steps_->of(i).normal(own);
      }
    }
  };
}

}  // namespace redraw
