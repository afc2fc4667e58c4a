#include "app/model_verify.h"

#include <array>
#include <utility>

#include "app/model_files.h"

namespace redraw {
namespace {

// Records what was found, unless another process has removed the model meanwhile.
void record(ModelRegistry& registry, const RegisteredModel& model) {
  registry.change([&] {
    if (registry.find(model.name)) registry.update(model);
  });
}

}  // namespace

std::string_view state_name(VerifyState state) {
  constexpr auto kNames = std::to_array<std::string_view>({"recorded", "same", "changed", "missing", "damaged"});
  return kNames.at(static_cast<size_t>(state));
}

Verification verify_model(ModelRegistry& registry, const RegisteredModel& model) {
  const std::string where = model.name + ": " + model.path.string();
  if (state_of(model) == ModelState::missing) {
    return {.name = model.name,
            .state = VerifyState::missing,
            .sha256 = {},
            .text = where + " is gone; `redraw models scan` looks for it in all places",
            .code = Code::file_not_found};
  }
  RegisteredModel now;
  try {
    now = describe_model(model.path);
    now.sha256 = model_sha256(model_files(model.path));
  } catch (const Error& e) {
    return {.name = model.name,
            .state = VerifyState::damaged,
            .sha256 = {},
            .text = model.name + ": is damaged: " + e.what(),
            .code = e.code()};
  }
  if (!model.sha256.empty() && now.sha256 != model.sha256) {
    return {.name = model.name,
            .state = VerifyState::changed,
            .sha256 = now.sha256,
            .text = where + " has changed: its SHA-256 is " + now.sha256 + ", and was " + model.sha256 +
                    "; if that is meant to be, remove it from the list and add it again",
            .code = Code::model_changed};
  }
  now.name = model.name;
  now.added = model.added;
  if (!(now == model)) record(registry, now);
  const bool is_first = model.sha256.empty();
  return {.name = model.name,
          .state = is_first ? VerifyState::recorded : VerifyState::same,
          .sha256 = now.sha256,
          .text = model.name + ": SHA-256 " + now.sha256 + (is_first ? ", recorded" : ", as recorded")};
}

}  // namespace redraw
