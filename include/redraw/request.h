// One request: what the command line, the library and, later, the server ask for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace redraw {

/// A picture to be made. `init` decides the kind: with it, image to image; without it, text to image. Fields left
/// empty take the model's default where the model states one (redraw.json), else the program's; src/request/fields.cpp
/// is the table of names, ranges and defaults, and `redraw img2img --help` prints it.
struct Request {
  std::string prompt = {};
  std::string init = {};                        ///< path of a PNG, JPEG or WebP picture; empty: text to image
  std::optional<std::string> negative = {};     ///< what the picture should not show
  std::optional<double> strength = {};          ///< (0, 1]: the share of the steps that is run on the picture
  std::optional<int64_t> steps = {};            ///< 1..1000, of the whole schedule
  std::optional<double> cfg_scale = {};         ///< guidance, 0..100; 1 or less turns it off
  std::optional<double> image_cfg_scale = {};   ///< 1..100, of models that edit a picture: how closely it is kept
  std::optional<std::string> cfg_scales = {};   ///< "7.5,6,5": one for each step that is run, in place of cfg_scale
  std::optional<double> cfg_rescale = {};       ///< 0..1: brings the guided prediction back to the conditional spread
  std::optional<double> guidance_start = {};    ///< 0..1, share of the steps before which there is no guidance
  std::optional<double> guidance_end = {};      ///< 0..1, share of the steps after which there is none
  std::optional<std::string> sampler = {};      ///< "ddim", "euler_k", "DPM++ 2M Karras", ...: `redraw samplers`
  std::optional<std::string> schedule = {};     ///< "model", "karras", ...; empty: the sampler's and the model's own
  std::optional<std::string> spacing = {};      ///< "linspace", "leading", "trailing"; empty: likewise
  std::optional<std::string> sigmas = {};       ///< "14.6,6.5,2.9,0": the noise levels themselves
  std::optional<double> eta = {};               ///< 0..1: share of new noise in the steps of ddim and tcd
  std::optional<bool> exact_steps = {};         ///< `steps` steps from the exact level of the strength
  std::optional<double> denoising_start = {};   ///< 0..1: where to begin, in place of strength
  std::optional<double> denoising_end = {};     ///< 0..1: where to stop
  std::optional<std::string> semantics = {};    ///< whose rule turns strength into steps: "diffusers", "a1111", ...
  std::optional<uint64_t> seed = {};            ///< any; empty: drawn. torch-cpu takes its low 32 bits, as torch does
  std::optional<int64_t> images = {};           ///< 1..1000, of seed, seed + 1, ...; see Engine::run_each
  std::optional<int64_t> width = {};            ///< multiple of 8, 64..8192
  std::optional<int64_t> height = {};           ///< multiple of 8, 64..8192
  std::optional<std::string> fit = {};          ///< "contain", "cover", "stretch", "pad"
  std::optional<std::string> noise = {};        ///< "torch-cpu", "torch-cpu-f16", "torch-cuda"
  std::optional<std::string> step_noise = {};   ///< "continued", "own", "brownian"
  std::optional<double> variation_amount = {};  ///< 0..1: moves the noise towards that of another seed
  std::optional<uint64_t> variation_seed = {};  ///< that seed; empty: drawn
  std::optional<std::string> with_variations = {};  ///< "seed:weight,seed:weight"
  std::optional<double> perlin = {};                ///< 0..1: share of Perlin noise
  std::optional<double> threshold = {};             ///< 0..1000: limit on the latent's values, 0: none
  std::optional<double> h_symmetry_time_pct = {};   ///< (0, 1]: part of the steps after which left is mirrored to right
  std::optional<double> v_symmetry_time_pct = {};   ///< likewise top to bottom
  std::optional<bool> seamless = {};                ///< a picture that tiles
  std::optional<std::string> seamless_axes = {};    ///< "x", "y" or "x,y": along which
  std::optional<bool> hires_fix = {};               ///< text to image at the model's size first, then enlarged
  std::optional<double> hires_strength = {};        ///< (0, 1]: of the second pass
  std::optional<std::string> init_color = {};       ///< path of a picture whose colours the result takes
  std::optional<int64_t> clip_skip = {};            ///< 1..32: take the text encoder's layer that many from its end
  std::optional<std::string> vae = {};              ///< file or folder of another autoencoder
  std::optional<std::string> preview_vae = {};      ///< of a tiny autoencoder that only decodes previews
  std::optional<std::string> prediction = {};       ///< "epsilon", "v_prediction", "sample": what the network predicts
  std::optional<std::string> model_config = {};    ///< a diffusers folder whose configurations a single file is to have
  std::optional<double> max_memory = {};           ///< GiB that weights and activations may take; empty: no limit
  std::optional<bool> vae_sample = {};             ///< draw from the posterior of the picture, not its mean
  std::optional<std::string> model = {};           ///< a checkpoint, a diffusers folder or a name; empty: the default
  std::optional<bool> step_strip = {};             ///< also make one picture of the latents at all executed steps
  std::optional<int64_t> save_intermediates = {};  ///< also make a picture of every n-th executed step; 0: none
};

}  // namespace redraw
