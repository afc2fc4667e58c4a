// Extrapolation of the network's answers by the Adams-Bashforth formulas, as PNDM and iPNDM use them.
#pragma once

#include <algorithm>
#include <deque>
#include <span>
#include <vector>

namespace redraw {

/// The last four answers, newest first; the order grows with what is there.
class AdamsBashforth {
 public:
  void push(std::span<const float> answer) {
    answers_.emplace_front(answer.begin(), answer.end());
    if (answers_.size() > 4) answers_.pop_back();
  }
  std::span<const float> newest() const { return answers_.front(); }

  /// The weighted sum of the answers at element k (Liu et al. 2022, eq. 9 and its lower orders).
  float at(size_t k) const {
    const auto e = [&](size_t back) { return answers_[back][k]; };
    switch (answers_.size()) {
      case 1:
        return e(0);
      case 2:
        return (3.0f * e(0) - e(1)) / 2.0f;
      case 3:
        return (23.0f * e(0) - 16.0f * e(1) + 5.0f * e(2)) / 12.0f;
      default:
        return (55.0f * e(0) - 59.0f * e(1) + 37.0f * e(2) - 9.0f * e(3)) / 24.0f;
    }
  }

 private:
  std::deque<std::vector<float>> answers_;
};

}  // namespace redraw
