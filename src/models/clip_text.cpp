#include "models/clip_text.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "models/known_kinds.h"
#include "ops/activation.h"
#include "ops/attention.h"
#include "ops/checks.h"

namespace redraw {
namespace {

Activation parse_hidden_act(const JsonObject& config) {
  const std::string name = config.string("hidden_act", "quick_gelu");
  if (name == "quick_gelu") return Activation::quick_gelu;
  if (name == "gelu") return Activation::gelu;
  if (name == "gelu_new" || name == "gelu_pytorch_tanh") return Activation::gelu_tanh;
  throw Error(Code::model_unsupported,
              config.where() + ": hidden_act '" + name + "' is not supported (known: quick_gelu, gelu, gelu_new)");
}

}  // namespace

ClipTextConfig parse_clip_text_config(const JsonObject& config) {
  constexpr int64_t kMax = 1 << 20;
  refuse_known_kinds(config, kinds_of_text_encoders());
  const std::string type = config.string("model_type", "clip_text_model");
  if (type != "clip_text_model") {
    throw Error(Code::model_unsupported, config.where() + ": model_type '" + type + "' is not a CLIP text encoder");
  }
  ClipTextConfig result;
  result.vocab_size = config.integer("vocab_size", 1, kMax * 8, 49408);
  result.hidden_size = config.integer("hidden_size", 1, kMax, 512);
  result.intermediate_size = config.integer("intermediate_size", 1, kMax, 2048);
  result.num_hidden_layers = config.integer("num_hidden_layers", 1, 1000, 12);
  result.num_attention_heads = config.integer("num_attention_heads", 1, kMax, 8);
  result.max_position_embeddings = config.integer("max_position_embeddings", 1, kMax, 77);
  result.hidden_act = parse_hidden_act(config);
  result.layer_norm_eps = static_cast<float>(config.number("layer_norm_eps", 0, 1, 1e-5));
  result.eos_token_id = config.integer("eos_token_id", 0, kMax * 8, 49407);
  if (result.hidden_size % result.num_attention_heads != 0) {
    throw Error(Code::json_out_of_range, config.where() + ": hidden_size is not a multiple of num_attention_heads");
  }
  const std::vector<std::string> classes =
      config.has("architectures") ? config.strings("architectures") : std::vector<std::string>{};
  if (std::find(classes.begin(), classes.end(), "CLIPTextModelWithProjection") != classes.end()) {
    result.projection_dim = config.integer("projection_dim", 1, kMax, 512);
  }
  return result;
}

ClipTextModel::ClipTextModel(Backend& backend, const nn::Parameters& root, const ClipTextConfig& config)
    : backend_(&backend), config_(config) {
  const nn::Parameters prefixed = root / "text_model";
  const nn::Parameters p = prefixed.find("embeddings.token_embedding.weight") ? prefixed : root;
  const int64_t width = config.hidden_size;
  token_embedding_ = (p / "embeddings" / "token_embedding").get("weight");
  check_weight(token_embedding_, {config.vocab_size, width});
  const Weight positions = (p / "embeddings" / "position_embedding").get("weight");
  check_weight(positions, {config.max_position_embeddings, width});
  position_embedding_ = positions.load();
  for (int64_t i = 0; i < config.num_hidden_layers; ++i) {
    const nn::Parameters layer = p / "encoder" / "layers" / i;
    layers_.push_back({.norm1 = nn::layer_norm(backend, layer / "layer_norm1", width, config.layer_norm_eps),
                       .q = nn::linear(backend, layer / "self_attn" / "q_proj", width, width),
                       .k = nn::linear(backend, layer / "self_attn" / "k_proj", width, width),
                       .v = nn::linear(backend, layer / "self_attn" / "v_proj", width, width),
                       .out = nn::linear(backend, layer / "self_attn" / "out_proj", width, width),
                       .norm2 = nn::layer_norm(backend, layer / "layer_norm2", width, config.layer_norm_eps),
                       .fc1 = nn::linear(backend, layer / "mlp" / "fc1", width, config.intermediate_size),
                       .fc2 = nn::linear(backend, layer / "mlp" / "fc2", config.intermediate_size, width)});
  }
  final_norm_ = nn::layer_norm(backend, p / "final_layer_norm", width, config.layer_norm_eps);
  if (config.projection_dim > 0) {
    projection_ = nn::linear(backend, root / "text_projection", width, config.projection_dim);
  }
}

// transformers CLIPTextTransformer: configurations from before the fix of the end token say 2, and mean "the largest
// id", which is the end token in CLIP's vocabulary.
int64_t ClipTextModel::end_position(std::span<const int32_t> row) const {
  if (config_.eos_token_id == 2) return std::max_element(row.begin(), row.end()) - row.begin();
  const auto end = std::find(row.begin(), row.end(), static_cast<int32_t>(config_.eos_token_id));
  return end == row.end() ? 0 : end - row.begin();
}

ClipTextOutput ClipTextModel::operator()(std::span<const int32_t> ids, int64_t hidden_from_end) const {
  const int64_t length = config_.max_position_embeddings;
  const int64_t width = config_.hidden_size;
  const int64_t count = static_cast<int64_t>(ids.size()) / length;
  if (count == 0 || count * length != static_cast<int64_t>(ids.size())) {
    throw Error(Code::bad_size, "the text encoder takes rows of " + std::to_string(length) + " token ids, not " +
                                    std::to_string(ids.size()) + " ids");
  }
  if (hidden_from_end < 0 || hidden_from_end > config_.num_hidden_layers) {
    throw Error(Code::out_of_range, "the text encoder has " + std::to_string(config_.num_hidden_layers) +
                                        " layers; 0 to " + std::to_string(config_.num_hidden_layers) +
                                        " of them can be left out, not " + std::to_string(hidden_from_end));
  }
  Tensor x(backend_->pool(), {count, length, width});
  {
    const OpTimer timer = backend_->begin(OpKind::embedding);
    for (int64_t i = 0; i < count * length; ++i) {
      const int64_t id = ids[static_cast<size_t>(i)];
      if (id < 0 || id >= config_.vocab_size) {
        throw Error(Code::out_of_range, "token id " + std::to_string(id) +
                                            " is outside the text encoder's vocabulary of " +
                                            std::to_string(config_.vocab_size));
      }
      float* row = x.data() + i * width;
      token_embedding_.read(id * width, {row, static_cast<size_t>(width)});
      const float* position = position_embedding_.data() + i % length * width;
      for (int64_t c = 0; c < width; ++c) row[c] += position[c];
    }
  }
  ClipTextOutput out;
  for (const Layer& layer : layers_) {
    // What is kept here is not written over: an operator copies a residual that somebody else holds.
    const int64_t to_go = &layers_.back() - &layer + 1;
    if (to_go == hidden_from_end) {
      out.hidden = x;
      if (!projection_) return out;
    }
    {
      const Tensor h = layer.norm1(x);
      x = layer.out(attention(*backend_, layer.q(h), layer.k(h), layer.v(h), config_.num_attention_heads, true),
                    std::move(x));
    }
    const Tensor h = activate(*backend_, layer.fc1(layer.norm2(x)), config_.hidden_act);
    x = layer.fc2(h, std::move(x));
  }
  if (hidden_from_end == 0) out.hidden = x;
  if (projection_) out.text_embeds = (*projection_)(pooled(final_norm(x), ids));
  return out;
}

Tensor ClipTextModel::pooled(const Tensor& normed, std::span<const int32_t> ids) const {
  const int64_t count = normed.shape()[0];
  const int64_t length = config_.max_position_embeddings;
  const int64_t width = config_.hidden_size;
  Tensor result(backend_->pool(), {count, width});
  for (int64_t n = 0; n < count; ++n) {
    const auto row = ids.subspan(static_cast<size_t>(n * length), static_cast<size_t>(length));
    std::copy_n(normed.data() + (n * length + end_position(row)) * width, width, result.data() + n * width);
  }
  return result;
}

}  // namespace redraw
