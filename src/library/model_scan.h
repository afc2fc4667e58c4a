// Finds models that appeared, disappeared, moved or changed since the last scan.
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
  std::filesystem::path path;  ///< where it is or was
  std::string text;            ///< the whole line, for people
};

/// Searches the places and checks every model of the registry:
///   added    a model that was not in the list, under a name of its own
///   moved    a model, or its autoencoder, whose path is gone and that is found elsewhere: by its SHA-256 if that is
///            known, else by size, time and file name
///   changed  its size or time changed; the list is updated, except the checksum, which `verify` compares
///   missing  the model or its autoencoder is gone; it stays in the list
///   skipped  it is named like a model but cannot be run as it is, or it is a folder that cannot be read
/// Makes all changes at once. Returns the lines in the order of the paths. Throws Error as ModelRegistry.
std::vector<ScanLine> scan_models(ModelRegistry& registry, std::span<const std::filesystem::path> places);

/// The models folder, if it exists, and all places.
std::vector<std::filesystem::path> all_places(const ModelRegistry& registry);

}  // namespace redraw
