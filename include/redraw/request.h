// One request, as the command line, the library and later the server ask for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace redraw {

/// A picture that a request brings: a file, or bytes that the caller holds (an upload, a clipboard). Programs that take
/// requests from outside must make only the second kind. Then no request can open a file of theirs.
struct Picture {
  using Bytes = std::shared_ptr<const std::vector<std::byte>>;

  std::string name = {};                       ///< for people and for the record: "fire-drawing.png"; never a path
  std::variant<std::string, Bytes> from = {};  ///< a path, or the bytes of a PNG, JPEG or WebP file

  /// The picture's name is the file's name.
  static Picture file(std::string path);
  static Picture memory(std::vector<std::byte> bytes, std::string name);

  bool is_file() const { return std::holds_alternative<std::string>(from); }
  const std::string& path() const { return std::get<std::string>(from); }
  const std::vector<std::byte>& bytes() const { return *std::get<Bytes>(from); }

  /// The same name and the same path, or the same bytes.
  bool operator==(const Picture& other) const {
    if (name != other.name || is_file() != other.is_file()) return false;
    return is_file() ? path() == other.path()
                     : std::get<Bytes>(from) == std::get<Bytes>(other.from) || bytes() == other.bytes();
  }
};

/// Another seed, and how far a picture's noise is moved towards that seed's noise.
struct SeedWeight {
  uint64_t seed = 0;  ///< any
  double weight = 0;  ///< 0..1: how far
  bool operator==(const SeedWeight&) const = default;
};

// The groups of a request. An empty field takes the model's default if the model states one (redraw.json), else the
// program's. The table in src/request/fields_*.cpp has the name, range, default and help of every field. `redraw
// img2img --help` prints it. Each member has its field's name.

/// The pictures that a request starts with.
struct RequestInputs {
  std::optional<Picture> init = {};        ///< the picture to start from; without it, text to image
  std::optional<bool> vae_sample = {};     ///< draw from the encoded picture's posterior instead of taking its mean
  std::optional<Picture> init_color = {};  ///< a picture whose colours the result takes
};

struct RequestSize {
  std::optional<int64_t> width = {};   ///< pixels, a multiple of 8, 64..8192
  std::optional<int64_t> height = {};  ///< likewise
  /// how the picture is brought to the size: "contain", "cover", "stretch", "pad"
  std::optional<std::string> fit = {};
  std::optional<bool> hires_fix = {};         ///< text to image at the model's size first, then enlarged
  std::optional<double> hires_strength = {};  ///< (0, 1]: of the second pass
};

/// Which steps are run, and how.
struct RequestSteps {
  std::optional<double> strength = {};       ///< (0, 1]: the share of the steps that is run on the picture
  std::optional<int64_t> steps = {};         ///< 1..1000, of the whole schedule
  std::optional<std::string> sampler = {};   ///< "ddim", "euler_k", "DPM++ 2M Karras", ...: `redraw samplers`
  std::optional<std::string> schedule = {};  ///< "model", "karras", ...; empty: the sampler's and the model's own
  /// "linspace", "leading", "trailing"; empty: the sampler's and the model's own
  std::optional<std::string> spacing = {};
  std::optional<std::vector<double>> sigmas = {};  ///< the noise levels themselves, falling: {14.6, 6.5, 2.9, 0}
  std::optional<double> eta = {};                  ///< 0..1: share of new noise in the steps of ddim and tcd
  std::optional<bool> exact_steps = {};            ///< `steps` steps from the exact level of the strength
  std::optional<double> denoising_start = {};      ///< [0, 1): where to begin, instead of strength
  std::optional<double> denoising_end = {};        ///< (0, 1]: where to stop
  std::optional<std::string> semantics = {};       ///< whose rule turns strength into steps: "diffusers", "a1111", ...
};

/// How closely the result follows the prompt, and the picture in models that edit one.
struct RequestGuidance {
  std::optional<double> cfg_scale = {};                ///< 0..100; 1 or less turns guidance off
  std::optional<double> image_cfg_scale = {};          ///< 1..100, of models that edit a picture
  std::optional<std::vector<double>> cfg_scales = {};  ///< one for each step that is run, instead of cfg_scale
  std::optional<double> cfg_rescale = {};     ///< 0..1: brings the guided prediction back to the conditional spread
  std::optional<double> guidance_start = {};  ///< 0..1: before this share of the steps there is no guidance
  std::optional<double> guidance_end = {};    ///< 0..1: after this share of the steps there is none
};

/// The noise that a run starts from and draws.
struct RequestNoise {
  std::optional<uint64_t> seed = {};            ///< any; empty: drawn. torch-cpu takes its low 32 bits, as torch does
  std::optional<std::string> noise = {};        ///< "torch-cpu", "torch-cpu-f16", "torch-cuda"
  std::optional<std::string> step_noise = {};   ///< "continued", "own", "brownian"
  std::optional<double> variation_amount = {};  ///< 0..1: moves the noise towards that of another seed
  std::optional<uint64_t> variation_seed = {};  ///< that seed; empty: drawn
  std::optional<std::vector<SeedWeight>> with_variations =
      {};                             ///< moves the noise towards these seeds, one after the other
  std::optional<double> perlin = {};  ///< 0..1: share of Perlin noise
};

/// What happens to the latent after its steps.
struct RequestEffects {
  std::optional<double> threshold = {};            ///< 0..1000: limit on the latent's values, 0: none
  std::optional<double> h_symmetry_time_pct = {};  ///< (0, 1]: after this share of the steps left is mirrored to right
  std::optional<double> v_symmetry_time_pct = {};  ///< the same from top to bottom
  std::optional<bool> seamless = {};               ///< a picture that tiles
  std::optional<std::vector<std::string>> seamless_axes = {};  ///< along which: {"x"}, {"y"} or {"x", "y"}
};

/// Which networks are used.
struct RequestModel {
  std::optional<std::string> model = {};         ///< a checkpoint, a diffusers folder or a name; empty: the default
  bool is_listed_only = false;                   ///< model is a name of the list, never a path
  std::optional<std::string> vae = {};           ///< file or folder of another autoencoder
  std::optional<std::string> prediction = {};    ///< "epsilon", "v_prediction", "sample": what the network predicts
  std::optional<std::string> model_config = {};  ///< a diffusers folder with the configurations of a single file
  std::optional<int64_t> clip_skip = {};         ///< 1..32: take this layer of the text encoder, counted from its end
};

/// How a request is run, and what is written beside its pictures. Nothing here changes a picture, so a picture's record
/// has none of it.
struct RequestOutput {
  std::optional<int64_t> images = {};              ///< 1..1000, of seed, seed + 1, ...; see Engine::run_each
  std::optional<int64_t> batch_size = {};          ///< 1..64: how many of them go through the network at once
  std::optional<bool> step_strip = {};             ///< also make one picture of the latents at all executed steps
  std::optional<int64_t> save_intermediates = {};  ///< also make a picture of every n-th executed step; 0: none
  std::optional<std::string> preview_vae = {};     ///< a tiny autoencoder that only decodes previews
  std::optional<double> max_memory = {};           ///< GiB that weights and activations may take; empty: no limit
};

/// A picture to be made.
struct Request {
  std::string prompt = {};                   ///< what the picture shows
  std::optional<std::string> negative = {};  ///< what it should not show
  RequestInputs inputs = {};
  RequestSize size = {};
  RequestSteps steps = {};
  RequestGuidance guidance = {};
  RequestNoise noise = {};
  RequestEffects effects = {};
  RequestModel model = {};
  RequestOutput output = {};
};

}  // namespace redraw
