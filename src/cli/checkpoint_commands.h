// `redraw models inspect` and `redraw models convert`: of models that need not be in the list.
#pragma once

#include <string>

#include "cli/request_options.h"
#include "library/model_tools.h"

namespace CLI {
class App;
}

namespace redraw::cli {

class CheckpointCommands {
 public:
  /// models: the command that they belong to; must outlive this.
  explicit CheckpointCommands(CLI::App& models);

  /// Whether one of the two is what was asked for.
  bool is_asked() const;
  /// Returns the exit status: that of a missing tensor where a model is inspected that cannot run. models_root: of the
  /// registry whose names are known; may be empty. Throws Error.
  int run(const std::string& models_root, bool json) const;

 private:
  ModelToOpen asked(const std::string& models_root) const;
  int inspect(const std::string& models_root, bool json) const;
  int convert(const std::string& models_root, bool json) const;

  CLI::App *inspect_, *convert_;
  RequestOptions inspect_fields_, convert_fields_;
  std::string model_, destination_, layout_, precision_ = "keep";
  bool is_overwriting_ = false;
};

}  // namespace redraw::cli
