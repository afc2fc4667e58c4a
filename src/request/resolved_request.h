// From a request with open fields to values, in the types that the pipelines take.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "image/fit.h"
#include "pipelines/generate.h"
#include "request/model_defaults.h"

namespace redraw {

/// Where a value came from. asked: by a flag, a form, a program.
enum class Origin { asked, model, program };
/// "flag", "model", "program": as the plan line says it.
std::string_view origin_name(Origin origin);

/// A request in which nothing is open. Names have become the rows of their tables, lists their values.
struct ResolvedRequest {
  std::string prompt;
  std::string negative;
  bool has_picture = false;  ///< image to image
  RunChoice run;
  Guidance guidance;
  std::optional<int64_t> width;   ///< empty: the model's own; with a picture both are empty or none is
  std::optional<int64_t> height;  ///< likewise
  FitMode fit = FitMode::contain;
  std::optional<double> hires_strength;  ///< with it: the high-resolution fix
  NoiseRequest noise;                    ///< without a seed where `seed` is empty
  std::optional<uint64_t> seed;
  LatentEffects effects;
  WrapAxes seamless;
  bool vae_sample = false;
  int64_t clip_skip = 1;
  std::optional<Picture> init;
  std::optional<Picture> init_color;
  int64_t batch_size = 1;  ///< pictures that go through the network at once
  bool step_strip = false;
  int64_t save_intermediates = 0;  ///< 0: none
  std::optional<double> max_memory_gib;

  /// The fields as they were used: what the record is made of. Every one that has a default is set, but those that
  /// another one replaces.
  Request fields;
  std::map<std::string_view, Origin> origins;

  Origin origin(std::string_view field) const { return origins.at(field); }
  /// The value of a field that has a default.
  FieldValue value(std::string_view field) const;
};

/// The order is request, model, program. Checks every value that the request holds. A variation_amount becomes one more
/// pair of with_variations, which is how it is written down and asked for again: its seed must be given. Throws Error
/// as check_field and check_together, and Error(usage) for fields that mean nothing without a picture when there is
/// none.
ResolvedRequest resolve(const Request& request, const ModelDefaults& model);
/// The same where the picture need not be there: has_picture says whether the run would have one.
ResolvedRequest resolve(const Request& request, const ModelDefaults& model, bool has_picture);

/// Throws Error(usage) for fields that mean nothing together, or nothing alone.
void check_together(const Request& request);
/// Throws Error(usage) for fields that mean nothing to this model.
void check_fits_model(const Request& request, const ModelSpec& model);

}  // namespace redraw
