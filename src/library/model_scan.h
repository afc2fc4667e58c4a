// What has come, gone, moved and changed since the registry looked last.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "library/model_registry.h"

namespace redraw {

enum class ScanEvent { added, moved, changed, missing, skipped };
std::string_view event_name(ScanEvent event);

struct ScanLine {
  ScanEvent event;
  std::string name;            ///< of the model; empty for skipped
  std::filesystem::path path;  ///< where it is, or was
  std::string text;            ///< the whole line, for people
};

/// Looks through the places and at every model of the registry:
///   added    a model that was not in the list, under a name of its own
///   moved    one whose path is gone and that is found elsewhere, or whose autoencoder is: by its SHA-256 where that is
///            known, else by size, time and file name
///   changed  another size or time; what the list says is brought up to date, but for the checksum: `verify` compares
///   missing  gone, or its autoencoder is; it stays in the list
///   skipped  named like a model, but cannot be run as it is, or a folder that cannot be looked into
/// Returns the lines in the order of the paths, after having made all changes at once. Throws Error as ModelRegistry.
std::vector<ScanLine> scan_models(ModelRegistry& registry, std::span<const std::filesystem::path> places);

/// The models folder, where there is one, and all places.
std::vector<std::filesystem::path> all_places(const ModelRegistry& registry);

}  // namespace redraw
