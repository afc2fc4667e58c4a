#include "diffusion/brownian_tree.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

#include "base/decimal.h"
#include "base/error.h"
#include "diffusion/numpy_seed_sequence.h"
#include "diffusion/torch_cpu_generator.h"

namespace redraw {
namespace {

constexpr size_t kPoolSize = 24;   // torchsde's BrownianTree
constexpr double kMaxSigma = 1e6;  // beyond, a double holds no more than a few digits after those that are rounded
constexpr double kSlack = 1e-5;    // of sigma_max: exp(log(sigma)) in float32 is off by less

// Python's round(x, 6): the nearest number of six decimals to the exact value of x, as the nearest double to that.
double rounded(double x) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, x, std::chars_format::fixed, 6).ptr;
  std::from_chars(text, end, x);
  return x;
}

double to_float(double x) {
  return static_cast<float>(x);
}

std::vector<float> draw(uint32_t seed, size_t count) {
  std::vector<float> values(count);
  TorchCpuGenerator(seed).normal(values);
  return values;
}

}  // namespace

BrownianTree::BrownianTree(double sigma_min, double sigma_max, uint64_t seed, size_t count) : seed_(seed) {
  if (sigma_min >= 0 && sigma_min <= sigma_max && sigma_max <= kMaxSigma) {
    root_ = {rounded(to_float(sigma_min)), rounded(to_float(sigma_max))};
  }
  if (root_.start >= root_.end) {
    throw Error(Code::out_of_range, "brownian tree: the noise levels run from " + decimal(sigma_min) + " to " +
                                        decimal(sigma_max) +
                                        "; they must be between 0 and 1000000 and at least 0.000001 apart");
  }
  root_increment_ = draw(numpy_seed_sequence(seed, {}, kPoolSize, 1)[0], count);
  const auto scale = static_cast<float>(std::sqrt(to_float(sigma_max) - to_float(sigma_min)));
  for (float& x : root_increment_) x *= scale;
}

double BrownianTree::level(double sigma) const {
  const double slack = kSlack * root_.end;
  if (!(sigma >= root_.start - slack && sigma <= root_.end + slack)) {
    throw Error(Code::out_of_range, "brownian tree: the noise level " + decimal(sigma) + " is outside its range, " +
                                        decimal(root_.start) + " to " + decimal(root_.end));
  }
  return rounded(std::clamp(to_float(sigma), root_.start, root_.end));
}

void BrownianTree::noise(double sigma, double sigma_next, std::span<float> out) const {
  if (out.size() != root_increment_.size()) {
    throw Error(Code::internal, "brownian tree: " + std::to_string(out.size()) + " numbers asked of a tree of " +
                                    std::to_string(root_increment_.size()));
  }
  const double from = level(sigma);
  const double to = level(sigma_next);
  const float difference = static_cast<float>(sigma_next) - static_cast<float>(sigma);
  if (difference == 0) {
    throw Error(Code::out_of_range,
                "brownian tree: a step from the noise level " + decimal(sigma) + " to itself has no noise");
  }
  std::ranges::fill(out, 0.0f);
  if (from == to) return;
  add_increments(root_, root_increment_, std::min(from, to), std::max(from, to), out);
  const float divisor = std::copysign(std::sqrt(std::abs(difference)), difference);
  for (float& x : out) x /= divisor;
}

// Adds W(to) - W(from), which lies within the node, whose whole increment is given. The stretch is cut at the middles
// of nodes until the parts are nodes; `left` and `right` part as Brownian bridges do, in float32 step by step as torch.
void BrownianTree::add_increments(Node node, std::vector<float> increment, double from, double to,
                                  std::span<float> out) const {
  while (from != node.start || to != node.end) {
    const double middle = rounded(0.5 * (node.end + node.start));
    const double reciprocal = 1 / (node.end - node.start);
    const auto left_length = static_cast<float>(middle - node.start);
    const auto scale = static_cast<float>(reciprocal);
    const auto deviation = static_cast<float>(std::sqrt((middle - node.start) * (node.end - middle) * reciprocal));
    const uint64_t place[] = {node.number, node.depth};
    std::vector<float> left = draw(numpy_seed_sequence(seed_, place, kPoolSize, 1)[0], increment.size());
    for (size_t i = 0; i < left.size(); ++i) left[i] = left_length * increment[i] * scale + deviation * left[i];

    const Node left_node{node.start, middle, 2 * node.number, node.depth + 1};
    if (to <= middle) {
      node = left_node;
      increment = std::move(left);
      continue;
    }
    for (size_t i = 0; i < left.size(); ++i) increment[i] -= left[i];
    if (from < middle) {
      add_increments(left_node, std::move(left), from, middle, out);
      from = middle;
    }
    node = {middle, node.end, 2 * node.number + 1, node.depth + 1};
  }
  for (size_t i = 0; i < out.size(); ++i) out[i] += increment[i];
}

}  // namespace redraw
