// `redraw models` and its commands.
#pragma once

#include <string>

#include "cli/checkpoint_commands.h"
#include "cli/request_options.h"

namespace CLI {
class App;
}

namespace redraw::cli {

/// The options and commands of `models`, and what they do.
class ModelsCommand {
 public:
  /// The program's options must outlive it.
  explicit ModelsCommand(CLI::App& program);

  /// Whether it is what was asked for.
  bool is_asked() const;
  /// Runs the command that was asked for, on the registry in models_root. Returns the exit status. Throws Error.
  int run(const std::string& models_root, bool json) const;

 private:
  CLI::App* models_;
  CLI::App *add_, *list_, *info_, *remove_, *scan_, *verify_, *default_, *rebuild_;
  std::string path_, own_name_, name_;
  RequestOptions add_fields_;
  CheckpointCommands checkpoints_;
};

}  // namespace redraw::cli
