// Whether this program on this machine computes what it is meant to: noise and sampler arithmetic against known
// answers.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "diffusion/noise_report.h"

namespace redraw {

/// A run over two numbers that is known from elsewhere.
struct KnownAnswer {
  std::string_view sampler;
  float first = 0;
  float second = 0;
};

/// One thing that was looked at.
struct SelfTestCheck {
  std::string name = {};      ///< "torch-cpu, seed 0: integers"
  std::string expected = {};  ///< a checksum in hexadecimal digits, or numbers
  std::string found = {};
  bool is_ok = true;
  bool is_defect = false;    ///< where it differs: whether it must not, on any machine
  std::string meaning = {};  ///< where it differs: what follows for pictures
};

/// Every noise source against what torch draws, and samplers against what diffusers 0.42.1 computes. Takes tens of
/// milliseconds and no model.
std::vector<SelfTestCheck> self_test();
/// The same against other expectations.
std::vector<SelfTestCheck> self_test(std::span<const NoiseReport> noise, std::span<const KnownAnswer> answers);

bool has_defect(std::span<const SelfTestCheck> checks);

/// A line for each check with "ok" or "DIFFERS", what the latter mean, and a last line that sums up.
std::string self_test_text(std::span<const SelfTestCheck> checks);
/// {"checks": [...], "ok": ...}, one line.
std::string self_test_json(std::span<const SelfTestCheck> checks);

}  // namespace redraw
