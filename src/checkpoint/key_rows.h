// Builds the tables of key_row.h; internal to checkpoint.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/key_row.h"

namespace redraw {

/// The name of a module in both layouts.
struct ModuleName {
  std::string diffusers;
  std::string ldm;

  ModuleName operator/(const ModuleName& child) const {
    return {diffusers + "." + child.diffusers, ldm + "." + child.ldm};
  }
  /// A child that is called the same in both.
  ModuleName operator/(std::string_view child) const {
    return *this / ModuleName{std::string(child), std::string(child)};
  }
};

class KeyRows {
 public:
  void add(KeyRow row) { rows_.push_back(std::move(row)); }
  /// weight and bias of these shapes.
  void weight_and_bias(const ModuleName& module, const Shape& weight, const Shape& bias);
  void conv(const ModuleName& module, int64_t in, int64_t out, int64_t kernel) {
    weight_and_bias(module, {out, in, kernel, kernel}, {out});
  }
  void linear(const ModuleName& module, int64_t in, int64_t out) { weight_and_bias(module, {out, in}, {out}); }
  void linear_without_bias(const ModuleName& module, int64_t in, int64_t out);
  void norm(const ModuleName& module, int64_t channels) { weight_and_bias(module, {channels}, {channels}); }

  void make_last_optional(size_t count) {
    for (size_t i = rows_.size() - count; i < rows_.size(); ++i) rows_[i].is_optional = true;
  }

  std::vector<KeyRow> take() { return std::move(rows_); }

 private:
  std::vector<KeyRow> rows_;
};

}  // namespace redraw
