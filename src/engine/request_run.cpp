#include "engine/request_run.h"

#include <fmt/format.h>
#include <utility>

#include "base/error.h"
#include "engine/model_choice.h"
#include "engine/plan_text.h"
#include "engine/prompt_warnings.h"
#include "engine/record.h"
#include "engine/schedule_plan.h"
#include "engine/step_strip.h"
#include "image/encode.h"
#include "image/match_colours.h"

namespace redraw {
namespace {

// The pictures of the steps that a request asks for beside its result.
class StepPictures {
 public:
  /// picture: its place in the batch.
  StepPictures(const ResolvedRequest& request, int64_t picture) : request_(request), picture_(picture) {}

  void take(const GenerateStep& step) {
    if (!request_.step_strip && !is_saved(step.index)) return;
    strip_.push_back({.image = step.preview(picture_), .timestep = step.timestep, .sigma = step.sigma});
    if (is_saved(step.index)) {
      extras_.push_back({fmt::format("step-{:02}", step.index + 1), encode_png(strip_.back().image, {})});
    }
  }

  std::vector<ExtraPicture> finished(const GeneratePlan& plan, int64_t steps_run) {
    if (request_.step_strip) {
      const int64_t slots = plan.run.table().steps() + (plan.first_pass ? plan.first_pass->steps_to_run() : 0);
      const std::string title = fmt::format("{}  ·  {} of {} steps", request_.prompt, steps_run, slots);
      extras_.push_back({"steps", encode_png(step_strip(strip_, slots, title), {})});
    }
    return std::move(extras_);
  }

 private:
  bool is_saved(int64_t index) const {
    return request_.save_intermediates > 0 && (index + 1) % request_.save_intermediates == 0;
  }

  const ResolvedRequest& request_;
  int64_t picture_;
  std::vector<StripStep> strip_;
  std::vector<ExtraPicture> extras_;
};

Step told(const GenerateStep& step, int64_t pictures) {
  return {.index = step.index,
          .count = step.count,
          .timestep = step.timestep,
          .sigma = step.sigma,
          .seconds = step.seconds,
          .pictures = pictures,
          .preview = [&step](int64_t picture) {
            Image image = step.preview(picture);
            return PreviewPicture{.width = image.width, .height = image.height, .rgb = std::move(image.pixels)};
          }};
}

PhaseSeconds share_of(const PhaseSeconds& batch, int64_t pictures) {
  const auto share = 1.0 / static_cast<double>(pictures);
  return {.load = batch.load * share,
          .text = batch.text * share,
          .encode = batch.encode * share,
          .denoise = batch.denoise * share,
          .decode = batch.decode * share};
}

}  // namespace

RequestRun::RequestRun(const StableDiffusion& model, const ChosenModel& choice, const Request& request,
                       UsedFiles& files)
    : model_(model),
      files_(files),
      defaults_(model_defaults(read_model_defaults(model.checkpoint()), choice, model.spec())) {
  check_fits_model(request, model.spec());
  const ResolvedRequest resolved = resolve(request, defaults_);
  const auto stop_if_cancelled = [this] { model_.backend().stop_if_cancelled(); };
  canvas_ = run_canvas(resolved, model.spec().native_side(), stop_if_cancelled);
  if (resolved.init_color) colours_ = read_picture(*resolved.init_color, stop_if_cancelled);
  const bool is_coupled = plan_generation(model.spec(), generation_of({&resolved, 1})).couples_pictures();
  batch_size_ = is_coupled ? 1 : resolved.batch_size;
}

GenerateRequest RequestRun::generation_of(std::span<const ResolvedRequest> pictures) const {
  const ResolvedRequest& request = pictures.front();
  GenerateRequest generation{.prompt = request.prompt,
                             .negative = request.negative,
                             .guidance = request.guidance,
                             .run = request.run,
                             .width = canvas_.size.width,
                             .height = canvas_.size.height,
                             .noise = {},
                             .init = request.init ? &canvas_.init : nullptr,
                             .vae_sample = request.vae_sample,
                             .clip_skip = request.clip_skip,
                             .seamless = request.seamless,
                             .effects = request.effects,
                             .hires_fix = {},
                             .has_previews = request.step_strip || request.save_intermediates > 0};
  for (const ResolvedRequest& picture : pictures) generation.noise.push_back(picture.noise);
  if (request.hires_strength) {
    generation.hires_fix = hires_fix(canvas_.size, *request.hires_strength, model_.spec().native_side());
  }
  return generation;
}

void RequestRun::plan_memory_of(const ResolvedRequest& request, GenerateRequest& generation, RunTeller& teller) const {
  if (!request.max_memory_gib) return;
  const auto limit = static_cast<uint64_t>(*request.max_memory_gib * (uint64_t{1} << 30));
  const MemoryPlan memory = make_room(model_, generation, limit);
  generation.is_releasing = memory.is_releasing;
  teller.note(NoteKind::info, "memory", memory.line);
}

Result RequestRun::finished(const ResolvedRequest& request, const GenerateRequest& generation, const GeneratePlan& plan,
                            const Image& made, const std::map<std::string, UsedFile>& files) const {
  Image image = colours_ ? match_colours(made, *colours_) : made;
  Result result;
  result.metadata = record_json({.request = request,
                                 .model = model_.spec(),
                                 .generation = generation,
                                 .plan = plan,
                                 .fit = canvas_.fit,
                                 .files = files});
  result.width = image.width;
  result.height = image.height;
  result.png = encode_png(image, {{kRecordKeyword, result.metadata}});
  result.rgb = std::move(image.pixels);
  result.seed = *request.seed;
  return result;
}

RequestRun::Batch RequestRun::make(std::span<const Request> requests, const std::vector<std::string>& seed_notes,
                                   double load_seconds, RunTeller& teller) {
  std::vector<ResolvedRequest> resolved;
  for (const Request& request : requests) resolved.push_back(resolve(request, defaults_));
  const ResolvedRequest& request = resolved.front();  // but for their seeds all are alike
  GenerateRequest generation = generation_of(resolved);
  const GeneratePlan plan = plan_generation(model_.spec(), generation);
  const SchedulePlan steps = schedule_plan(request, plan);
  teller.note(NoteKind::info, "picture_fit", canvas_.line);
  teller.note(NoteKind::info, "picture_encoder", encoder_line(request, model_.spec()));
  teller.plan(steps);
  teller.note(NoteKind::hint, "few_steps", few_steps_hint(request, plan));
  plan_memory_of(request, generation, teller);
  for (const std::string& note : seed_notes) teller.note(NoteKind::info, "seed_drawn", note);
  const auto on_phase = [&](const PhaseEvent& phase) { teller.phase(phase); };
  const PromptCuts cuts = cut_prompts(model_, generation, plan, {.on_phase = on_phase});
  for (const Note& warning : prompt_warnings(generation, cuts)) {
    teller.note(NoteKind::warning, warning.code, warning.text);
  }
  std::vector<StepPictures> step_pictures;
  for (size_t i = 0; i < resolved.size(); ++i) step_pictures.emplace_back(resolved[i], static_cast<int64_t>(i));
  const GenerateEvents events{.on_phase = on_phase, .on_step = [&](const GenerateStep& step) {
                                files_.start();
                                teller.step(told(step, std::ssize(resolved)));
                                for (StepPictures& pictures : step_pictures) pictures.take(step);
                              }};
  const GenerateResult made = generate(model_, generation, plan, events);
  Batch batch{.pictures = {}, .cancelled = made.cancelled, .steps_run = made.steps_run};
  if (made.cancelled) return batch;
  const std::map<std::string, UsedFile> files = files_.wait([this] { model_.backend().stop_if_cancelled(); });
  teller.note(NoteKind::warning, "checksum_unknown", UsedFiles::warning(files));
  const PhaseSeconds seconds = share_of({.load = load_seconds + cuts.load_seconds + made.load_seconds,
                                         .text = made.text_seconds,
                                         .encode = made.encode_seconds,
                                         .denoise = made.denoise_seconds,
                                         .decode = made.decode_seconds},
                                        std::ssize(resolved));
  for (size_t i = 0; i < resolved.size(); ++i) {
    Result result = finished(resolved[i], generation, plan, made.images[i], files);
    result.extras = step_pictures[i].finished(plan, made.steps_run);
    result.notes = teller.notes();
    result.plan = steps;
    result.steps_run = made.steps_run;
    result.network_rows = made.network_rows / std::ssize(resolved);
    result.is_text_reused = made.is_text_reused;
    result.is_encode_reused = made.is_encode_reused;
    result.seconds = seconds;
    batch.pictures.push_back(std::move(result));
  }
  return batch;
}

}  // namespace redraw
