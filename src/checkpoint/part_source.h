// The tensors of one network, found in a file of either layout.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "checkpoint/key_row.h"
#include "nn/parameters.h"
#include "weights/weights_file.h"

namespace redraw {

/// How a file names its tensors.
enum class Layout {
  diffusers,  ///< a file for each part, in diffusers' and transformers' names
  ldm,        ///< one file for all, in CompVis' and Stability's names
};
/// "diffusers", "single file"
std::string_view name_of(Layout layout);

struct PartSource {
  std::string name;  ///< "unet", ...
  std::shared_ptr<const WeightsFile> file;
  Layout layout = Layout::diffusers;
  std::string prefix = {};   ///< what the names of its tensors begin with in the file
  std::vector<KeyRow> keys;  ///< every tensor that the network has

  /// The file's tensor for a row; nullptr when there is none. Knows the names that diffusers and transformers used
  /// before.
  const TensorEntry* find(const KeyRow& row) const;
};

/// A tensor with another shape than the table's.
struct WrongShape {
  std::string name;  ///< as the file has it
  Shape shape;
  Shape expected;
};

/// What a file lacks of a network.
struct PartReport {
  std::vector<std::string> missing;  ///< as the file's layout would name them
  std::vector<WrongShape> wrong_shapes;
  std::vector<std::string> wrong_types;  ///< names of tensors that are no floating numbers
  bool is_whole() const { return missing.empty() && wrong_shapes.empty() && wrong_types.empty(); }
};
PartReport check_part(const PartSource& source);
/// Throws Error: tensor_missing, tensor_wrong_shape, tensor_wrong_dtype, naming up to 10 tensors and how many more.
void require_whole(const PartSource& source);

/// The network's parameters in diffusers' names and shapes, whatever the file's layout; keeps the file open. Numbers
/// are read when they are asked for. The source must be whole.
nn::Parameters parameters_of(PartSource source);

}  // namespace redraw
