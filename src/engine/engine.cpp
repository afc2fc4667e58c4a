#include "redraw/engine.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <utility>

#include "base/cancelled.h"
#include "base/context.h"
#include "base/decimal.h"
#include "engine/plan_text.h"
#include "engine/prompt_warnings.h"
#include "engine/schedule_plan.h"
#include "engine/step_strip.h"
#include "image/decode/decode.h"
#include "image/encode.h"
#include "image/fit.h"
#include "image/match_colours.h"
#include "library/default_model.h"
#include "library/resolve_model.h"
#include "ops/peak.h"
#include "pipelines/generate.h"
#include "pipelines/memory_need.h"
#include "request/drawn_seed.h"
#include "request/run_choice.h"
#include "request/settings.h"
#include "request/value_lists.h"

namespace redraw {

namespace {

int checked_threads(int threads) {
  check_field(threads_field(), int64_t{threads});
  const int most = most_cpu_threads();
  if (threads > most) {
    throw Error(Code::out_of_range, fmt::format("threads is {}, but OMP_THREAD_LIMIT in the environment allows {}; ask "
                                                "for no more, or unset it",
                                                threads, most));
  }
  return threads == 0 ? std::min(Context::available_processors(), most) : threads;
}

// The size of the result, and the picture brought to it, with a line saying what was done.
struct RunCanvas {
  Size size;
  Image init;  // empty without a picture
  std::string line;
};

std::string shown(Size size) {
  return fmt::format("{}x{}", size.width, size.height);
}

RunCanvas canvas_of(const Request& values, int64_t native_side, const std::function<void()>& stop_if_cancelled) {
  if (values.init.empty()) {
    const Size size{values.width.value_or(native_side), values.height.value_or(native_side)};
    return {.size = size, .init = {}, .line = {}};
  }
  const DecodedImage picture = decode_image_file(values.init, stop_if_cancelled);
  const Size own{picture.image.width, picture.image.height};
  std::string line;
  for (const std::string& note : picture.notes) line += note + "; ";
  RunCanvas canvas;
  if (values.width && values.height) {
    Fitted fitted =
        fit_image(picture.image, {*values.width, *values.height}, parse_fit_mode(*values.fit), stop_if_cancelled);
    canvas.init = std::move(fitted.image);
    line += fitted.description;
  } else if (values.width || values.height) {
    throw Error(Code::usage, "width and height go together; give both, or neither for the model's native size");
  } else {
    const Size size = natural_size(own, native_side);
    canvas.init = fit_image(picture.image, size, FitMode::stretch, stop_if_cancelled).image;
    line += own == size ? "picture kept at " + shown(own)
                        : fmt::format("picture {} -> {} (the model's area at the picture's aspect ratio)", shown(own),
                                      shown(size));
  }
  canvas.size = {canvas.init.width, canvas.init.height};
  canvas.line = line;
  return canvas;
}

// What the model states (`defaults`): its redraw.json, and the solver that its scheduler configuration names, if we
// have it; what its kind is used with; and what the list of models keeps of it.
ModelDefaults defaults_of(ModelDefaults defaults, const ChosenModel& choice, const ModelSpec& spec) {
  const SamplerInfo* own = sampler_of_class(spec.scheduler.class_name);
  if (own != nullptr) defaults.emplace("sampler", std::string(own->name));  // redraw.json goes before it
  if (spec.edits_picture()) {
    defaults.emplace("strength", 1.0);
    defaults.emplace("image_cfg_scale", Guidance{}.picture_scale);
  }
  // What the list of models keeps of it; what the request gives is the request's.
  const auto keep = [&](const char* field, const std::string& value) {
    if (!value.empty()) defaults.emplace(field, value);
  };
  keep("vae", choice.options.vae.string());
  keep("prediction", choice.options.prediction);
  keep("model_config", choice.options.configs.string());
  return defaults;
}

ChosenModel model_choice(const Request& request, const std::filesystem::path& models_root,
                         const std::filesystem::path& data_folder) {
  return choose_model(request.model,
                      {.vae = request.vae.value_or(""),
                       .preview_vae = request.preview_vae.value_or(""),
                       .prediction = request.prediction.value_or(""),
                       .configs = request.model_config.value_or("")},
                      models_root, data_folder);
}

// The pixels of a picture for its colours alone, at its own size.
std::optional<Image> colour_reference(const Request& values, const std::function<void()>& stop_if_cancelled) {
  if (!values.init_color) return std::nullopt;
  return decode_image_file(*values.init_color, stop_if_cancelled).image;
}

// A size in the model's area with the picture's shape, for the first pass of the high-resolution fix. Its shorter side
// is at least half of the model's, as in InvokeAI's.
HiresFix hires_fix(const Request& values, Size size, int64_t native_side) {
  const double width = static_cast<double>(size.width);
  const double height = static_cast<double>(size.height);
  const double native = static_cast<double>(native_side);
  if (width * height <= native * native) {
    throw Error(Code::usage, fmt::format("hires_fix is for pictures larger than the model's {0}x{0}; {1}x{2} is not",
                                         native_side, size.width, size.height));
  }
  const double scale = std::max(native / std::sqrt(width * height), native / 2 / std::min(width, height));
  const auto side = [&](double full) { return std::max(static_cast<int64_t>(full * scale / 8) * 8, kMinSide); };
  return {.width = side(width), .height = side(height), .strength = *values.hires_strength};
}

GenerateRequest generate_request(const Settings& settings, const RunCanvas& canvas, uint64_t seed,
                                 int64_t native_side) {
  const Request& values = settings.values;
  GenerateRequest request{.prompt = values.prompt,
                          .negative = *values.negative,
                          .guidance = guidance_choice(settings),
                          .run = run_choice(settings),
                          .width = canvas.size.width,
                          .height = canvas.size.height,
                          .noise = NoiseRequest{.source = *values.noise,
                                                .seed = seed,
                                                .perlin = *values.perlin,
                                                .step_noise = find_step_noise(*values.step_noise)},
                          .init = values.init.empty() ? nullptr : &canvas.init,
                          .vae_sample = values.vae_sample.value_or(false),
                          .clip_skip = *values.clip_skip,
                          .effects = LatentEffects{.threshold = *values.threshold,
                                                   .h_symmetry = values.h_symmetry_time_pct,
                                                   .v_symmetry = values.v_symmetry_time_pct}};
  if (values.with_variations) request.noise.variations = parse_variations(*values.with_variations);
  if (values.seamless_axes) {
    request.seamless = parse_seamless_axes(*values.seamless_axes);
  } else if (*values.seamless) {
    request.seamless = {.x = true, .y = true};
  }
  if (*values.hires_fix) request.hires_fix = hires_fix(values, canvas.size, native_side);
  return request;
}

// A variation as one more pair of with_variations, which is how it is written down and asked for again.
Request with_variation_pair(Request request) {
  const double amount = request.variation_amount.value_or(0);
  if (amount == 0) return request;
  check_field(find_field("variation_amount"), amount);
  const std::string pair = fmt::format("{}:{}", *request.variation_seed, decimal(amount));
  request.with_variations = request.with_variations ? *request.with_variations + "," + pair : pair;
  request.variation_amount.reset();
  request.variation_seed.reset();
  return request;
}

}  // namespace

struct Engine::State {
  explicit State(const EngineOptions& options)
      : context(checked_threads(options.threads)),
        backend(make_cpu_backend(context)),
        models_root(options.models_root),
        data_folder(options.data_folder) {}

  Context context;
  std::unique_ptr<Backend> backend;
  std::filesystem::path models_root;
  std::filesystem::path data_folder;
  std::unique_ptr<StableDiffusion> model;
  ChosenModel loaded;
  Cancellation cancellation;

  Result run(const Request& request, const ChosenModel& choice, const Observer& observer) {
    const Backend::RunScope scope(*backend, cancellation);
    try {
      return make(request, choice, observer);
    } catch (const Cancelled&) {  // before `generate`: where the model is opened and its text encoders are built
      Result stopped;
      stopped.cancelled = true;
      return stopped;
    }
  }
  Result make(const Request& request, const ChosenModel& choice, const Observer& observer);

  StableDiffusion& load(const ChosenModel& choice) {
    if (!model || loaded != choice) {
      model.reset();
      model = std::make_unique<StableDiffusion>(*backend, Checkpoint::open(choice.path, choice.options),
                                                clip_vocabulary_folder(data_folder));
      loaded = choice;
    }
    return *model;
  }
};

Engine::Engine(int threads) : Engine(EngineOptions{.threads = threads}) {}
Engine::Engine(const EngineOptions& options) : state_(std::make_unique<State>(options)) {}
Engine::~Engine() = default;

void Engine::cancel() noexcept {
  state_->cancellation.cancel();
}

Result Engine::run(const Request& request, const Observer& observer) {
  return state_->run(request, model_choice(request, state_->models_root, state_->data_folder), observer);
}

Result Engine::State::make(const Request& request, const ChosenModel& choice, const Observer& observer) {
  const auto say = [&](const std::string& line) {
    if (observer.on_line && !line.empty()) observer.on_line(line);
  };
  const auto start = std::chrono::steady_clock::now();
  StableDiffusion& model = load(choice);
  check_together(request);
  check_fits_model(request, model.spec());
  if (request.images.value_or(1) != 1) {
    throw Error(Code::usage, "images is more than 1; Engine::run makes one, Engine::run_each makes them all");
  }
  Request whole = request;
  const bool draws_variation = request.variation_amount.value_or(0) != 0 && !request.variation_seed;
  if (draws_variation) whole.variation_seed = drawn_seed();
  const Settings settings =
      resolve(with_variation_pair(whole), defaults_of(read_model_defaults(model.checkpoint()), choice, model.spec()));
  const auto stop_if_cancelled = [this] { backend->stop_if_cancelled(); };
  const RunCanvas canvas = canvas_of(settings.values, model.spec().native_side(), stop_if_cancelled);
  const std::optional<Image> colours = colour_reference(settings.values, stop_if_cancelled);
  Result result;
  result.seed = request.seed ? *request.seed : drawn_seed();
  GenerateRequest generation = generate_request(settings, canvas, result.seed, model.spec().native_side());
  const GeneratePlan plan = plan_generation(model.spec(), generation);
  say(canvas.line);
  say(encoder_line(settings, model.spec()));
  say(plan_line(settings, plan));
  say(few_steps_hint(settings, plan));
  if (settings.values.max_memory) {
    generation.has_previews = *settings.values.step_strip || *settings.values.save_intermediates > 0;
    const MemoryPlan memory =
        plan_memory(memory_need(model, generation),
                    static_cast<uint64_t>(*settings.values.max_memory * (uint64_t{1} << 30)), generation.has_previews);
    generation.is_releasing = memory.is_releasing;
    say(memory.line);
  }
  if (!request.seed) say(fmt::format("seed {} (drawn)", result.seed));
  if (draws_variation) say(fmt::format("variation seed {} (drawn)", *whole.variation_seed));
  result.warnings = prompt_warnings(generation, cut_prompts(model, generation, plan));
  for (const Warning& warning : result.warnings) say("warning: " + warning.text);
  result.load_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  std::vector<StripStep> strip;
  const int64_t every = *settings.values.save_intermediates;
  const GenerateResult made = generate(model, generation, plan, [&](const GenerateStep& step) {
    if (observer.on_step)
      observer.on_step({.index = step.index,
                        .count = step.count,
                        .timestep = step.timestep,
                        .sigma = step.sigma,
                        .seconds = step.seconds});
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
  result.network_rows = made.network_rows;
  result.text_seconds = made.text_seconds;
  result.encode_seconds = made.encode_seconds;
  result.denoise_seconds = made.denoise_seconds;
  result.decode_seconds = made.decode_seconds;
  if (made.cancelled) {
    result.extras.clear();
    return result;
  }
  if (*settings.values.step_strip) {
    const int64_t slots = plan.run.table().steps() + (plan.first_pass ? plan.first_pass->steps_to_run() : 0);
    const std::string title = fmt::format("{}  ·  {} of {} steps", settings.values.prompt, made.steps_run, slots);
    result.extras.push_back({"steps", encode_png(step_strip(strip, slots, title), {})});
  }
  Image image = colours ? match_colours(*made.image, *colours) : *made.image;
  result.metadata = metadata_json(settings, model.spec(), generation, plan, context.threads());
  result.width = image.width;
  result.height = image.height;
  result.png = encode_png(image, {{"redraw", result.metadata}});
  result.rgb = std::move(image.pixels);
  return result;
}

void Engine::run_each(const Request& request, const Observer& observer, const std::function<void(Result)>& on_result) {
  const int64_t images = request.images.value_or(1);
  check_field(find_field("images"), images);
  // Once: all are of one model, whatever becomes of names and the default meanwhile.
  const ChosenModel choice = model_choice(request, state_->models_root, state_->data_folder);
  Request one = request;
  one.images.reset();
  const bool varies = request.variation_amount.value_or(0) != 0;
  const auto draw = [&](std::optional<uint64_t>& seed, std::string_view name) {
    if (images == 1 || seed) return;
    seed = drawn_seed();
    if (observer.on_line) observer.on_line(fmt::format("{} {} (drawn), and on from there", name, *seed));
  };
  draw(one.seed, "seed");
  if (varies) draw(one.variation_seed, "variation seed");
  std::optional<uint64_t>& moving = varies ? one.variation_seed : one.seed;
  for (int64_t i = 0; i < images; ++i) {
    Result result = state_->run(one, choice, observer);
    const bool is_last = result.cancelled;
    on_result(std::move(result));
    if (is_last) return;
    if (moving) ++*moving;  // after the last comes 0
  }
}

SchedulePlan Engine::plan(const Request& request, bool from_picture) const {
  check_together(request);
  if (request.hires_fix.value_or(false)) {
    throw Error(Code::usage, "a plan is of one pass; leave out hires_fix, and plan its second pass by hires_strength");
  }
  // The configurations are enough: a plan needs none of the model's numbers.
  const ChosenModel choice = model_choice(request, state_->models_root, state_->data_folder);
  const ModelSpec spec = Checkpoint::read_spec(choice.path, choice.options);
  check_fits_model(request, spec);
  return schedule_plan(resolve(request, defaults_of(read_model_defaults(choice.path), choice, spec), from_picture),
                       spec);
}

std::vector<RulePlan> Engine::plan_by_every_rule(const Request& request, bool from_picture) const {
  std::vector<RulePlan> plans;
  std::optional<Error> refusal;
  for (const Semantics& semantics : all_semantics()) {
    RulePlan& row =
        plans.emplace_back(RulePlan{.semantics = std::string(semantics.name), .rule = std::string(semantics.help)});
    Request asked = request;
    asked.semantics = row.semantics;
    try {
      row.plan = plan(asked, from_picture);
    } catch (const Error& e) {
      if (e.code() != Code::out_of_range && e.code() != Code::usage) throw;
      row.refusal = e.what();
      if (!refusal) refusal = e;
    }
  }
  const bool is_refused_by_all = std::ranges::none_of(plans, [](const RulePlan& row) { return row.plan.has_value(); });
  if (is_refused_by_all) throw *refusal;
  return plans;
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

}  // namespace redraw
