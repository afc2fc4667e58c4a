// Where the time goes: calls, seconds and floating-point operations by kind of operator.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace redraw {

enum class OpKind { conv2d, linear, attention, group_norm, layer_norm, activation, resample, embedding };
inline constexpr size_t kOpKinds = 8;
std::string_view op_kind_name(OpKind kind);

/// Sums over everything that ran on a backend since `clear`. FLOP counts follow common practice. A multiplication and
/// an addition are two operations. Convolutions count as the direct algorithm. Norms and activations count nothing.
struct Profile {
  struct Row {
    int64_t calls = 0;
    double seconds = 0;
    double flop = 0;
  };
  std::array<Row, kOpKinds> rows;

  Row& operator[](OpKind kind) { return rows[static_cast<size_t>(kind)]; }
  const Row& operator[](OpKind kind) const { return rows[static_cast<size_t>(kind)]; }
  void clear() { rows = {}; }
};

/// Adds the time from its construction to its destruction to one row.
class OpTimer {
 public:
  OpTimer(Profile::Row& row, double flop) : row_(row), flop_(flop), start_(std::chrono::steady_clock::now()) {}
  OpTimer(const OpTimer&) = delete;
  OpTimer& operator=(const OpTimer&) = delete;
  ~OpTimer() {
    row_.calls += 1;
    row_.flop += flop_;
    row_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  Profile::Row& row_;
  double flop_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace redraw
