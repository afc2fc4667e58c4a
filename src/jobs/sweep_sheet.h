// All pictures of a sweep on one.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "jobs/sweep.h"
#include "jobs/sweep_record.h"

namespace redraw {

/// A PNG: rows and columns as in sweep_cells, under each picture how many of its steps were run and the seconds it
/// took. A sweep of one field, or one with very many rows or columns, as even rows, its values under each picture.
/// Pictures are at most 256 pixels wide and high, less where there are many. records: one for each cell, in the folder.
/// Throws as decode_image_file and contact_sheet.
std::vector<std::byte> sweep_sheet(const Sweep& sweep, std::span<const CellRecord> records,
                                   const std::filesystem::path& folder);

}  // namespace redraw
