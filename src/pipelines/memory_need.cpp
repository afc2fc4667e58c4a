#include "pipelines/memory_need.h"

#include <algorithm>

#include "base/error.h"
#include "pipelines/network_bytes.h"

namespace redraw {
namespace {

// Besides the tensors between layers, the kernels hold copies of their maps in other layouts, in bands, and scratch.
// The total was measured at 1.02 to 1.36 times the tensors (memory_need_test.cpp compares the estimate with real runs).
constexpr double kKernels = 1.4;
// Rows that a thread copies for a linear layer, in the few sizes that occur in a network.
constexpr uint64_t kBytesPerThread = uint64_t{1} << 20;
constexpr uint64_t kProgramBytes = uint64_t{150} << 20;  // code, libraries, vocabulary, pictures

/// A network's parameters without the numbers.
nn::Parameters zeros_of(const PartSource& part) {
  const nn::Parameters whole = parameters_of(part);
  return nn::Parameters([whole](const std::string& name) {
    Weight weight = whole.find(name);
    if (weight) {
      weight.read = [](int64_t, std::span<float> out) { std::fill(out.begin(), out.end(), 0.0f); };
      weight.stored = std::nullopt;
    }
    return weight;
  });
}

uint64_t bytes_of_threads(const Context& context) {
  return static_cast<uint64_t>(context.threads()) * kBytesPerThread;
}

uint64_t with_kernels(Backend& shapes) {
  return static_cast<uint64_t>(static_cast<double>(shapes.pool().peak_held_bytes()) * kKernels) +
         bytes_of_threads(shapes.context());
}

PhaseNeed text_need(const StableDiffusion& model) {
  PhaseNeed need{.activations = bytes_of_threads(model.backend().context())};
  for (const PartSource& part : model.checkpoint().parts()) {
    if (!part.name.starts_with("text_encoder")) continue;
    need.weights += weight_bytes(part);
    const auto& config = part.name == "text_encoder" ? model.spec().text_encoder : model.spec().text_encoder_2;
    // About ten maps of the tokens. The widest are the feed-forward's.
    const int64_t tokens = config->max_position_embeddings;
    need.activations +=
        static_cast<uint64_t>(tokens * (8 * config->hidden_size + 2 * config->intermediate_size)) * sizeof(float);
  }
  return need;
}

PhaseNeed denoise_need(const StableDiffusion& model, const GenerateRequest& request, const Context& context) {
  const ModelSpec& spec = model.spec();
  const PartSource& part = model.checkpoint().part("unet");
  const auto backend = make_shape_only_backend(context);
  const UNet unet(*backend, zeros_of(part), spec.unet);
  // Pictures that run one after the other do not add up. Nor do decoded pictures.
  const int64_t at_once = request.run.sampler.sampler->couples_elements ? 1 : request.pictures();
  const int64_t rows = at_once * (spec.input == UNetInput::instruction ? 3 : 2);
  const int64_t tokens = spec.text_encoder ? spec.text_encoder->max_position_embeddings : 77;
  UNetConditions conditions{
      .context = Tensor::zeros({rows, tokens, spec.unet.cross_attention_dim}), .pooled = {}, .time_ids = {}};
  if (spec.unet.has_added_conditions()) {
    conditions.pooled = Tensor::zeros({rows, spec.text_encoder_2->projection_dim});
    conditions.time_ids.assign(static_cast<size_t>(6 * rows), 0.0f);
  }
  const UNet::Prepared prepared = unet.prepare(conditions);
  const float timestep = 1;
  const Tensor latent(backend->pool(), {rows, request.height / 8, request.width / 8, spec.unet.in_channels});
  (void)unet(latent, {&timestep, 1}, prepared);
  return {.weights = weight_bytes(part), .activations = with_kernels(*backend)};
}

bool has_picture_to_encode(const StableDiffusion& model, const GenerateRequest& request) {
  return request.init != nullptr || model.spec().input != UNetInput::latent;
}

PhaseNeed encode_need(const StableDiffusion& model, const GenerateRequest& request, const Context& context) {
  if (!has_picture_to_encode(model, request)) return {};
  const PartSource& part = model.checkpoint().part(model.spec().encoder_part());
  const auto backend = make_shape_only_backend(context);
  const Tensor picture(backend->pool(), {1, request.height, request.width, 3});
  if (model.spec().encodes_with_tiny_vae()) {
    (void)TinyEncoder(*backend, zeros_of(part), *model.spec().tiny_vae)(picture);
  } else {
    (void)VaeEncoder(*backend, zeros_of(part), model.spec().vae)(picture);
  }
  return {.weights = weight_bytes(part, NetworkHalf::encoder), .activations = with_kernels(*backend)};
}

PhaseNeed decode_need(const StableDiffusion& model, const GenerateRequest& request, const Context& context) {
  const PartSource& part = model.checkpoint().part("vae");
  const auto backend = make_shape_only_backend(context);
  const int64_t channels = model.spec().vae.latent_channels;
  const Tensor latent(backend->pool(), {1, request.height / 8, request.width / 8, channels});
  if (model.spec().tiny_vae) {
    (void)TinyDecoder(*backend, zeros_of(part), *model.spec().tiny_vae)(latent);
  } else {
    (void)VaeDecoder(*backend, zeros_of(part), model.spec().vae)(latent);
  }
  PhaseNeed need{.weights = weight_bytes(part, NetworkHalf::decoder), .activations = with_kernels(*backend)};
  // The preview decoder stays in memory beside it. Its maps are smaller than a whole autoencoder's.
  if (model.spec().preview_vae)
    need.weights += weight_bytes(model.checkpoint().part("preview_vae"), NetworkHalf::decoder);
  return need;
}

std::vector<NetworkKey> keys_in_use(const StableDiffusion& model, const GenerateRequest& request) {
  std::vector<NetworkKey> keys = model.keys().all();
  if (!has_picture_to_encode(model, request) && model.keys().encoder) std::erase(keys, *model.keys().encoder);
  return keys;
}

std::string gib(uint64_t bytes) {
  const uint64_t hundredths = (bytes * 100 + (uint64_t{1} << 30) - 1) >> 30;
  const std::string fraction = std::to_string(hundredths % 100);
  return std::to_string(hundredths / 100) + (fraction.size() == 1 ? ".0" : ".") + fraction + " GiB";
}

}  // namespace

uint64_t MemoryNeed::keeping_all() const {
  return program + text.weights + encode.weights + denoise.weights + decode.weights +
         std::max({text.activations, encode.activations, denoise.activations, decode.activations});
}

uint64_t MemoryNeed::releasing(bool has_previews) const {
  const uint64_t steps = has_previews
                             ? denoise.weights + decode.weights + std::max(denoise.activations, decode.activations)
                             : denoise.total();
  return program + std::max({text.total(), encode.total(), steps, decode.total()});
}

std::string MemoryNeed::text_form() const {
  return "text " + gib(text.total()) + ", encode " + gib(encode.total()) + ", denoise " + gib(denoise.total()) +
         ", decode " + gib(decode.total()) + ", the program itself " + gib(program);
}

MemoryNeed memory_need(const StableDiffusion& model, const GenerateRequest& request) {
  const Context& context = model.backend().context();
  try {
    return {.text = text_need(model),
            .encode = encode_need(model, request, context),
            .denoise = denoise_need(model, request, context),
            .decode = decode_need(model, request, context),
            .program = kProgramBytes + model.caches().encodings.bytes()};
  } catch (const Error& e) {
    if (e.code() != Code::out_of_memory) throw;
    // The networks run on memory that is reserved and not touched, and even that much there is not.
    throw Error(
        Code::model_too_large,
        "this run takes more memory than this machine can reserve; use a smaller width and height, or a smaller "
        "batch_size");
  }
}

MemoryPlan plan_memory(const MemoryNeed& need, uint64_t limit_bytes, bool has_previews) {
  if (need.keeping_all() <= limit_bytes) {
    return {
        .is_releasing = false,
        .line = "memory: at most " + gib(need.keeping_all()) + " of " + gib(limit_bytes) + "; all networks are kept"};
  }
  const uint64_t least = need.releasing(has_previews);
  if (least > limit_bytes) {
    throw Error(Code::model_too_large,
                "this run takes " + gib(least) + " even if each network is freed after use, but max_memory is " +
                    gib(limit_bytes) + " (" + need.text_form() + "); use a smaller width and height" +
                    (has_previews ? ", or leave out the pictures of the steps" : ""));
  }
  return {.is_releasing = true,
          .line = "memory: at most " + gib(least) + " of " + gib(limit_bytes) +
                  "; each network is freed after use (keeping all would take " + gib(need.keeping_all()) + ")"};
}

MemoryPlan make_room(const StableDiffusion& model, const GenerateRequest& request, uint64_t limit_bytes) {
  PipelineCaches& caches = model.caches();
  MemoryNeed need = memory_need(model, request);
  // They are kept where they can be: every picture of a run that frees its networks takes the first one's.
  if (need.releasing(request.has_previews) > limit_bytes) {
    need.program -= caches.encodings.bytes();
    caches.encodings.clear();
  }
  caches.networks.keep_only(keys_in_use(model, request));
  caches.backend.pool().trim();
  return plan_memory(need, limit_bytes, request.has_previews);
}

}  // namespace redraw
