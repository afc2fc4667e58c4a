// A Brownian path over the noise levels of a run: the noise of k-diffusion's SDE samplers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace redraw {

/// `BrownianTreeNoiseSampler(x, sigma_min, sigma_max, seed)` of k-diffusion 0.1.1 (diffusers' DPMSolverSDEScheduler has
/// the same), over BrownianTree of torchsde 0.2.6. The noise of a step belongs to its two levels, not to its place in a
/// run. However the way from sigma_max to sigma_min is cut into steps, they follow one path. So more steps come closer
/// to the same picture.
///
/// The path is known at both ends. Between them it is drawn at the middle of what is known (Brownian bridge), over and
/// over, down to levels 1e-6 apart. Each middle has a generator of its own, seeded from its place in the tree. Only the
/// whole increment is kept. A query draws what it needs, about two times log2((sigma_max - sigma_min) * 1e6) draws. So
/// the order of queries does not matter.
///
/// Agrees with the reference on its CPU to 1.2e-7 relative. The path is equal; torch's square root of a step's length
/// is off by a unit in the last place for some.
class BrownianTree {
 public:
  /// Over levels sigma_min ... sigma_max, usually the smallest above zero and the largest of the run, at least 1e-6
  /// apart, in [0, 10^6]; count numbers a query. Only here and below are they rounded, to float32 as the reference's.
  /// Throws Error(out_of_range).
  BrownianTree(double sigma_min, double sigma_max, uint64_t seed, size_t count);

  /// out = (W(sigma_next) - W(sigma)) / sqrt(|sigma_next - sigma|), standard normal numbers, in the reference's order,
  /// [N, C, H, W] row by row. Either of the two may be the larger. Levels closer than 1e-6 give zeros.
  /// Levels outside the range by no more than rounding (a part of 1e-5 of sigma_max) count as its ends.
  /// Throws Error: out_of_range beyond, and where the two are equal; internal unless `out` holds count numbers.
  void noise(double sigma, double sigma_next, std::span<float> out) const;

 private:
  /// A stretch of levels and its place in the tree. Levels are multiples of 1e-6, rounded as Python's round(x, 6).
  struct Node {
    double start = 0;
    double end = 0;
    uint64_t number = 0;  ///< from the left among the nodes of its depth
    uint64_t depth = 0;
  };

  double level(double sigma) const;
  void add_increments(Node node, std::vector<float> increment, double from, double to, std::span<float> out) const;

  uint64_t seed_;
  Node root_;
  std::vector<float> root_increment_;  ///< W(sigma_max) - W(sigma_min)
};

}  // namespace redraw
