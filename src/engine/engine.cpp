#include "redraw/engine.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <optional>
#include <utility>

#include "base/cancelled.h"
#include "base/context.h"
#include "base/memory_limit.h"
#include "engine/model_choice.h"
#include "engine/open_models.h"
#include "engine/picture_seeds.h"
#include "engine/request_run.h"
#include "engine/run_teller.h"
#include "image/start_pictures.h"
#include "library/default_model.h"
#include "ops/peak.h"
#include "request/field_value.h"

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

// Networks of several models stay in memory, and activations have room beside them. Half would be too little where one
// large network takes more than that: it would be read again for every picture.
uint64_t three_quarters_of_memory() {
  return usable_memory() / 4 * 3;
}

int64_t images_of(const Request& request) {
  return std::get<int64_t>(check_field(find_field("images"), request.output.images.value_or(1)));
}

}  // namespace

struct Engine::State {
  explicit State(const EngineOptions& options)
      : context(checked_threads(options.threads)),
        backend(make_cpu_backend(context)),
        caches(*backend, options.model_cache_bytes == 0 ? three_quarters_of_memory() : options.model_cache_bytes),
        models(caches, clip_vocabulary_folder(options.data_folder)),
        models_root(options.models_root),
        data_folder(options.data_folder),
        sums(options.cache_folder) {
    start_pictures();  // before a program has more threads: it changes the environment for a moment
  }

  Context context;
  std::unique_ptr<Backend> backend;
  PipelineCaches caches;
  OpenModels models;
  std::filesystem::path models_root;
  std::filesystem::path data_folder;
  FileSums sums;
};

Engine::Engine(int threads) : Engine(EngineOptions{.threads = threads}) {}
Engine::Engine(const EngineOptions& options) : state_(std::make_unique<State>(options)) {}
Engine::~Engine() = default;

Result Engine::run(const Request& request, const RunEvents& events, const Cancellation& cancellation) {
  if (request.output.images.value_or(1) != 1) {
    throw Error(Code::usage, "images is more than 1; Engine::run makes one, Engine::run_each makes them all");
  }
  Result result;
  RunEvents all = events;
  all.on_picture = [&](Result made) { result = std::move(made); };
  const RunEnd end = run_each(request, all, cancellation);
  if (end.cancelled) {
    result.cancelled = true;
    result.steps_run = end.steps_run;
  }
  return result;
}

RunEnd Engine::run_each(const Request& request, const RunEvents& events, const Cancellation& cancellation) {
  const int64_t images = images_of(request);
  const Backend::RunScope scope(*state_->backend, cancellation);
  RunEnd end;
  RunTeller opening(events);
  std::optional<PhaseAtWork> loading;  // until the model is opened and its pictures are read
  try {
    // Once: all are of one model, whatever becomes of names and the default meanwhile.
    const ChosenModel choice = model_choice(request, state_->models_root, state_->data_folder);
    loading.emplace(opening, Phase::load);
    UsedFiles files(state_->sums, choice, request);  // as they are before they are opened
    const StableDiffusion& model = state_->models.get(choice);
    check_together(request);
    const DrawnSeeds drawn = draw_seeds(request, images);
    if (images > 1) {
      for (const std::string& note : drawn.notes) opening.note(NoteKind::info, "seed_drawn", note);
    }
    RequestRun run(model, choice, drawn.request, files);
    double load_seconds = loading->end();
    loading.reset();
    while (end.pictures < images) {
      std::vector<Request> batch;
      for (int64_t i = end.pictures; i < std::min(images, end.pictures + run.batch_size()); ++i) {
        batch.push_back(request_of_picture(drawn.request, i));
      }
      RunTeller teller(events);
      RequestRun::Batch made = run.make(batch, images == 1 ? drawn.notes : std::vector<std::string>{},
                                        std::exchange(load_seconds, 0), teller);
      if (made.cancelled) {
        end.cancelled = true;
        end.steps_run = made.steps_run;
        return end;
      }
      for (Result& picture : made.pictures) {
        ++end.pictures;
        if (events.on_picture) events.on_picture(std::move(picture));
      }
    }
  } catch (const Cancelled&) {  // where the model is opened, its pictures are read or its text encoders are built
    if (loading) loading->end();
    end.cancelled = true;
  }
  return end;
}

std::vector<Engine::LoadedNetwork> Engine::loaded_networks() const {
  std::vector<LoadedNetwork> networks;
  for (const NetworkCache::Row& row : state_->caches.networks.rows()) {
    LoadedNetwork& network = networks.emplace_back();
    network.kind = name_of(row.kind);
    for (const FileIdentity& file : row.files) network.files.push_back(file.path.string());
    network.bytes = row.bytes;
  }
  return networks;
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

std::vector<Note> Result::warnings() const {
  std::vector<Note> warnings;
  std::ranges::copy_if(notes, std::back_inserter(warnings),
                       [](const Note& note) { return note.kind == NoteKind::warning; });
  return warnings;
}

}  // namespace redraw
