// One request: what the command line, the library and, later, the server ask for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace redraw {

/// A picture to be made. `init` decides the kind: with it, image to image; without it, text to image. Fields left
/// empty take the model's default where the model states one (redraw.json), else the program's; src/app/fields.cpp is
/// the table of names, ranges and defaults, and `redraw img2img --help` prints it.
struct Request {
  std::string prompt = {};
  std::string init = {};                           ///< path of a PNG, JPEG or WebP picture; empty: text to image
  std::optional<std::string> negative = {};        ///< what the picture should not show
  std::optional<double> strength = {};             ///< (0, 1]: the share of the steps that is run on the picture
  std::optional<int64_t> steps = {};               ///< 1..1000, of the whole schedule
  std::optional<double> cfg_scale = {};            ///< guidance, 0..100; 1 or less turns it off
  std::optional<std::string> sampler = {};         ///< "ddim", "euler", "lms" or one of their aliases
  std::optional<int64_t> seed = {};                ///< 0..4294967295; empty: drawn
  std::optional<int64_t> width = {};               ///< multiple of 8, 64..8192
  std::optional<int64_t> height = {};              ///< multiple of 8, 64..8192
  std::optional<std::string> fit = {};             ///< "contain", "cover", "stretch", "pad"
  std::optional<std::string> noise = {};           ///< "torch-cpu", "torch-cuda"
  std::optional<bool> vae_sample = {};             ///< draw from the posterior of the picture, not its mean
  std::optional<std::string> model = {};           ///< a diffusers folder; empty: the model in the box
  std::optional<bool> step_strip = {};             ///< also make one picture of the latents at all executed steps
  std::optional<int64_t> save_intermediates = {};  ///< also make a picture of every n-th executed step; 0: none
};

}  // namespace redraw
