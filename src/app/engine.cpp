#include "redraw/engine.h"

#include <chrono>
#include <filesystem>
#include <fmt/format.h>
#include <random>
#include <utility>

#include "app/default_model.h"
#include "app/plan_text.h"
#include "app/settings.h"
#include "app/step_strip.h"
#include "base/context.h"
#include "image/decode.h"
#include "image/encode.h"
#include "image/fit.h"
#include "ops/peak.h"
#include "pipelines/generate.h"

namespace redraw {
namespace {

constexpr int kMaxThreads = 1024;

int checked_threads(int threads) {
  if (threads < 0 || threads > kMaxThreads) {
    throw Error(Code::out_of_range,
                fmt::format("threads is {}, but must be 0 (all processors) to {}", threads, kMaxThreads));
  }
  return threads == 0 ? Context::available_processors() : threads;
}

// The size of the result, and the picture brought to it, with a line saying what was done.
struct Canvas {
  Size size;
  Image init;  // empty without a picture
  std::string line;
};

std::string shown(Size size) {
  return fmt::format("{}x{}", size.width, size.height);
}

Canvas canvas_of(const Request& values, int64_t native_side) {
  if (values.init.empty()) {
    const Size size{values.width.value_or(native_side), values.height.value_or(native_side)};
    return {.size = size, .init = {}, .line = {}};
  }
  const DecodedImage picture = decode_image_file(values.init);
  const Size own{picture.image.width, picture.image.height};
  std::string line;
  for (const std::string& note : picture.notes) line += note + "; ";
  Canvas canvas;
  if (values.width && values.height) {
    Fitted fitted = fit_image(picture.image, {*values.width, *values.height}, parse_fit_mode(*values.fit));
    canvas.init = std::move(fitted.image);
    line += fitted.description;
  } else if (values.width || values.height) {
    throw Error(Code::usage, "width and height go together; give both, or neither for the model's native size");
  } else {
    const Size size = natural_size(own, native_side);
    canvas.init = fit_image(picture.image, size, FitMode::stretch).image;
    line += own == size ? "picture kept at " + shown(own)
                        : fmt::format("picture {} -> {} (the model's area at the picture's aspect ratio)", shown(own),
                                      shown(size));
  }
  canvas.size = {canvas.init.width, canvas.init.height};
  canvas.line = line;
  return canvas;
}

// What the model's folder states: its redraw.json, and the solver that its scheduler configuration names, if we have
// it.
ModelDefaults defaults_of(const std::filesystem::path& folder, const ModelSpec& spec) {
  ModelDefaults defaults = read_model_defaults(folder);
  const SamplerInfo* own = sampler_of_class(spec.scheduler.class_name);
  if (own != nullptr) defaults.emplace("sampler", std::string(own->name));  // redraw.json goes before it
  return defaults;
}

uint64_t drawn_seed() {
  return std::random_device{}();
}

GenerateRequest generate_request(const Settings& settings, const Canvas& canvas, uint64_t seed) {
  const Request& values = settings.values;
  return {.prompt = values.prompt,
          .negative = *values.negative,
          .cfg_scale = *values.cfg_scale,
          .sampler = *values.sampler,
          .steps = *values.steps,
          .width = canvas.size.width,
          .height = canvas.size.height,
          .seed = seed,
          .noise = *values.noise,
          .init = values.init.empty() ? nullptr : &canvas.init,
          .strength = values.strength.value_or(1.0),
          .vae_sample = values.vae_sample.value_or(false)};
}

}  // namespace

struct Engine::State {
  explicit State(int threads) : context(threads), backend(make_cpu_backend(context)) {}

  Context context;
  std::unique_ptr<Backend> backend;
  std::unique_ptr<StableDiffusion> model;
  std::filesystem::path model_folder;

  const StableDiffusion& load(const std::filesystem::path& folder) {
    if (!model || model_folder != folder) {
      model.reset();
      model = StableDiffusion::load(*backend, folder);
      model_folder = folder;
    }
    return *model;
  }
};

Engine::Engine(int threads) : state_(std::make_unique<State>(checked_threads(threads))) {}
Engine::~Engine() = default;

void Engine::cancel() noexcept {
  state_->context.cancel();
}

Result Engine::run(const Request& request, const Observer& observer) {
  const auto say = [&](const std::string& line) {
    if (observer.on_line && !line.empty()) observer.on_line(line);
  };
  const auto start = std::chrono::steady_clock::now();
  const std::filesystem::path folder = request.model ? std::filesystem::path(*request.model) : default_model_folder();
  const StableDiffusion& model = state_->load(folder);
  const Settings settings = resolve(request, defaults_of(folder, model.spec()));
  const Canvas canvas = canvas_of(settings.values, model.spec().native_side());
  Result result;
  result.seed = request.seed ? static_cast<uint64_t>(*request.seed) : drawn_seed();
  const GenerateRequest generation = generate_request(settings, canvas, result.seed);
  const GeneratePlan plan = plan_generation(model.spec(), generation);
  say(canvas.line);
  say(plan_line(settings, plan));
  if (!request.seed) say(fmt::format("seed {} (drawn)", result.seed));
  result.load_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  std::vector<StripStep> strip;
  const int64_t every = *settings.values.save_intermediates;
  const GenerateResult made = generate(model, generation, plan, [&](const GenerateStep& step) {
    if (observer.on_step) observer.on_step({step.index, step.count, step.timestep, step.sigma, step.seconds});
    const bool is_saved = every > 0 && (step.index + 1) % every == 0;
    if (!is_saved && !*settings.values.step_strip) return;
    StripStep kept{.image = step.preview(), .timestep = step.timestep, .sigma = step.sigma};
    if (is_saved) {
      result.extras.push_back({fmt::format("step-{:02}", step.index + 1), encode_png(kept.image, {})});
    }
    strip.push_back(std::move(kept));
  });
  result.cancelled = made.cancelled;
  result.steps_run = made.steps_run;
  result.text_seconds = made.text_seconds;
  result.encode_seconds = made.encode_seconds;
  result.denoise_seconds = made.denoise_seconds;
  result.decode_seconds = made.decode_seconds;
  if (made.cancelled) {
    result.extras.clear();
    return result;
  }
  if (made.dropped_ids > 0) {
    say(fmt::format("warning: the last {} tokens of the prompts do not fit into the text encoder and were left out",
                    made.dropped_ids));
  }
  if (*settings.values.step_strip) {
    const std::string title =
        fmt::format("{}  ·  {} of {} steps", settings.values.prompt, plan.steps_to_run(), plan.steps());
    result.extras.push_back({"steps", encode_png(step_strip(strip, plan.steps(), title), {})});
  }
  result.metadata = metadata_json(settings, model.spec(), generation, plan, state_->context.threads());
  result.width = made.image->width;
  result.height = made.image->height;
  result.png = encode_png(*made.image, {{"redraw", result.metadata}});
  result.rgb = made.image->pixels;
  return result;
}

Engine::Cost Engine::cost() const {
  Cost cost{.rows = {},
            .peak_pool_bytes = state_->backend->pool().peak_bytes(),
            .peak_flops = measure_peak_flops(state_->context.threads()),
            .kernels = std::string(state_->backend->name())};
  for (size_t i = 0; i < kOpKinds; ++i) {
    const Profile::Row& row = state_->backend->profile().rows[i];
    cost.rows.push_back({std::string(op_kind_name(static_cast<OpKind>(i))), row.calls, row.seconds, row.flop});
  }
  return cost;
}

void Engine::reset_cost() {
  state_->backend->profile().clear();
}

std::string version() {
  return REDRAW_VERSION;
}

}  // namespace redraw
