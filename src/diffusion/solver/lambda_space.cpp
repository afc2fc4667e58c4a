#include "diffusion/solver/lambda_space.h"

#include <algorithm>
#include <cmath>

namespace redraw {

LambdaLevel lambda_level(double sigma) {
  const auto level = static_cast<float>(sigma);
  const float signal = 1.0f / std::sqrt(level * level + 1.0f);
  const float noise = level * signal;
  return {.signal = signal, .noise = noise, .lambda = std::log(signal) - std::log(noise)};
}

std::vector<LambdaLevel> lambda_levels(const StepTable& table) {
  std::vector<LambdaLevel> levels;
  levels.reserve(table.sigmas.size());
  for (double sigma : table.sigmas) levels.push_back(lambda_level(sigma));
  return levels;
}

void History::push(std::span<const float> values) {
  if (size() < most_) entries_.emplace_back(latent_size_);
  std::rotate(entries_.begin(), entries_.end() - 1, entries_.end());
  std::ranges::copy(values, entries_.front().begin());
}

}  // namespace redraw
