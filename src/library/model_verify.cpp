#include "library/model_verify.h"

#include <array>
#include <utility>

#include "base/input_file.h"
#include "library/model_files.h"

namespace redraw {
namespace {

// Records the result, unless another process has removed the model meanwhile.
void record(ModelRegistry& registry, const RegisteredModel& model) {
  registry.change([&] {
    if (registry.find(model.name)) registry.update(model);
  });
}

std::string what_is_gone(const RegisteredModel& model) {
  if (!is_there(model.path)) return model.path.string();
  if (state_of_vae(model) == ModelState::missing) return "its autoencoder " + model.vae.path.string();
  return "the folder of its configurations " + model.model_config.string();
}

std::string changed_text(const std::string& what, const std::string& now, const std::string& before) {
  return what + " has changed: its SHA-256 is " + now + ", and was " + before +
         "; if you changed it on purpose, remove it from the list and add it again";
}

}  // namespace

std::string_view state_name(VerifyState state) {
  constexpr auto kNames = std::to_array<std::string_view>({"recorded", "same", "changed", "missing", "damaged"});
  return kNames.at(static_cast<size_t>(state));
}

Verification verify_model(ModelRegistry& registry, const RegisteredModel& model) {
  Verification found{.name = model.name, .state = VerifyState::same, .sha256 = {}, .text = {}};
  const auto fail = [&](VerifyState state, Code code, const std::string& text) {
    found.state = state;
    found.code = code;
    found.text = model.name + ": " + text;
    return found;
  };
  if (state_of(model) == ModelState::missing) {
    return fail(VerifyState::missing, Code::file_not_found,
                what_is_gone(model) + " is gone; `redraw models scan` looks for it in all places");
  }
  RegisteredModel now;
  try {
    now = described_again(model, model.path);
    found.sha256 = model_sha256(model_files(model.path));
    if (!model.vae.path.empty()) found.vae_sha256 = model_sha256(vae_files(model.vae.path));
  } catch (const Error& e) {
    found.sha256.clear();
    return fail(VerifyState::damaged, e.code(), std::string("is damaged, or cannot be run: ") + e.what());
  }
  if (!model.sha256.empty() && found.sha256 != model.sha256) {
    return fail(VerifyState::changed, Code::model_changed,
                changed_text(model.path.string(), found.sha256, model.sha256));
  }
  if (!model.vae.sha256.empty() && found.vae_sha256 != model.vae.sha256) {
    return fail(VerifyState::changed, Code::model_changed,
                changed_text("its autoencoder " + model.vae.path.string(), found.vae_sha256, model.vae.sha256));
  }
  now.sha256 = found.sha256;
  now.vae.sha256 = found.vae_sha256;
  if (!(now == model)) record(registry, now);
  const bool is_first = model.sha256.empty();
  if (is_first) found.state = VerifyState::recorded;
  const std::string vae = found.vae_sha256.empty() ? "" : ", and of its autoencoder " + found.vae_sha256;
  found.text = model.name + ": SHA-256 " + found.sha256 + vae + (is_first ? ", recorded" : ", as recorded");
  return found;
}

}  // namespace redraw
