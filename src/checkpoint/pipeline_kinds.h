// What a folder that is no Stable Diffusion model is, by the class in its model_index.json.
#pragma once

#include <span>
#include <string_view>

namespace redraw {

/// A kind of folder, by how the class in its model_index.json begins.
struct PipelineKind {
  std::string_view start;
  std::string_view what;
  std::string_view then;
};
std::span<const PipelineKind> pipeline_kinds();
/// The row of a class; null where none is known.
const PipelineKind* pipeline_kind(std::string_view class_name);

}  // namespace redraw
