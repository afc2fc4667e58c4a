#include "cli/checkpoint_commands.h"

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "cli/interrupt_guard.h"
#include "cli/print_text.h"
#include "library/model_tools.h"

namespace redraw::cli {

CheckpointCommands::CheckpointCommands(CLI::App& models)
    : inspect_(models.add_subcommand("inspect", "Prints what a model is, what it holds and what it lacks")),
      convert_(models.add_subcommand("convert", "Writes a model in another layout or precision")),
      inspect_fields_(*inspect_, fields_of_checkpoint()),
      convert_fields_(*convert_, fields_of_checkpoint()) {
  inspect_->add_option("model", model_, "a file, a diffusers folder, or a name in the list")
      ->required()
      ->option_text("MODEL");
  convert_->add_option("model", model_, "a file, a diffusers folder, or a name in the list")
      ->required()
      ->option_text("MODEL");
  convert_->add_option("destination", destination_, "a .safetensors file, or a folder in diffusers' layout")
      ->required()
      ->option_text("PATH");
  convert_->add_option("--layout", layout_, "ldm (one file) or diffusers (a folder) [by the destination's name]")
      ->option_text("NAME");
  convert_->add_option("--precision", precision_, "keep, f32, f16 or bf16 [keep; F64 becomes f32, quantised f16]")
      ->option_text("NAME");
  convert_->add_flag("--force", is_overwriting_, "replace what is there");
}

bool CheckpointCommands::is_asked() const {
  return inspect_->parsed() || convert_->parsed();
}

int CheckpointCommands::run(const std::string& models_root, bool json) const {
  return inspect_->parsed() ? inspect(models_root, json) : convert(models_root, json);
}

ModelToOpen CheckpointCommands::asked(const std::string& models_root) const {
  const RequestModel known = (inspect_->parsed() ? inspect_fields_ : convert_fields_).request().model;
  return {.model = model_,
          .models_root = models_root,
          .prediction = known.prediction.value_or(""),
          .vae = known.vae.value_or(""),
          .model_config = known.model_config.value_or("")};
}

int CheckpointCommands::inspect(const std::string& models_root, bool json) const {
  const ModelReport report = inspect_model(asked(models_root));
  print_text_or_json(report.text, report.json, json);
  return report.is_whole ? 0 : code_info(Code::tensor_missing).exit_status;
}

int CheckpointCommands::convert(const std::string& models_root, bool json) const {
  make_file_size_limit_an_error();
  const std::string text = convert_model(
      asked(models_root),
      {.destination = destination_, .layout = layout_, .precision = precision_, .is_overwriting = is_overwriting_},
      json);
  print_text_or_json(text, text, json);
  return 0;
}

}  // namespace redraw::cli
