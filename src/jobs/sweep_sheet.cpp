#include "jobs/sweep_sheet.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <utility>

#include "image/decode/decode.h"
#include "image/encode.h"
#include "image/plot/contact_sheet.h"
#include "image/resize.h"

namespace redraw {
namespace {

std::string shown_seconds(double seconds) {
  if (seconds < 0.95) return fmt::format("{:.2f} s", seconds);
  if (seconds < 9.5) return fmt::format("{:.1f} s", seconds);
  return fmt::format("{:.0f} s", seconds);
}

struct SheetForm {
  bool is_table;  // rows and columns; else even rows, the values under each picture
  int64_t side;   // of a picture, at most
};

// As large as leaves the whole sheet a picture that programs open.
SheetForm form_of(const Sweep& sweep) {
  constexpr std::array<int64_t, 5> kSides = {256, 192, 128, 96, 64};
  constexpr int64_t kPixels = 40'000'000;
  constexpr int64_t kLongestSide = 20'000;
  constexpr int64_t kAround = 60;  // gaps and captions
  const int64_t cells = sweep.cells();
  const int64_t longer = std::max(sweep.columns(), cells / sweep.columns());
  for (const bool is_table : {true, false}) {
    if (is_table && sweep.axes.size() == 1) continue;
    for (const int64_t side : kSides) {
      const int64_t slot = side + kAround;
      if (slot * slot * cells <= kPixels && (!is_table || slot * longer <= kLongestSide)) return {is_table, side};
    }
  }
  return {.is_table = false, .side = kSides.back()};
}

Image small_picture(const std::filesystem::path& path, int64_t side) {
  Image image = decode_image_file(path).image;
  const int64_t longer = std::max(image.width, image.height);
  if (longer <= side) return image;
  const double scale = static_cast<double>(side) / static_cast<double>(longer);
  const auto scaled = [&](int64_t length) {
    return std::max<int64_t>(1, std::llround(static_cast<double>(length) * scale));
  };
  return resize_lanczos(image, scaled(image.width), scaled(image.height));
}

// "fire  ·  ddim  ·  seed 7": the prompt, and what was given of the fields that might have varied.
std::string title_of(const Sweep& sweep) {
  std::string title = sweep.base.prompt;
  for (const Field* field : sweep_fields()) {
    const std::optional<FieldValue> value = get_field(sweep.base, *field);
    const bool varies = std::ranges::count(sweep.axes, field, &SweepAxis::field) != 0;
    if (value && !varies) title += "  ·  " + value_label(*field, *value);
  }
  return title;
}

}  // namespace

std::vector<std::byte> sweep_sheet(const Sweep& sweep, std::span<const CellRecord> records,
                                   const std::filesystem::path& folder) {
  const std::vector<SweepCell> cells = sweep_cells(sweep);
  const SheetForm form = form_of(sweep);
  ContactSheetOptions options{.title = title_of(sweep)};
  std::vector<Image> images;
  std::vector<SheetCell> slots;
  images.reserve(cells.size());
  for (size_t i = 0; i < cells.size(); ++i) {
    const CellRecord& record = records[i];
    images.push_back(small_picture(folder / record.file, form.side));
    SheetCell& slot = slots.emplace_back(SheetCell{.image = &images.back()});
    if (!form.is_table) slot.labels.push_back(cells[i].name());
    slot.labels.push_back(fmt::format("{} of {} steps", record.steps_run, record.steps));
    slot.labels.push_back(shown_seconds(record.seconds));
  }
  if (form.is_table) {
    const auto columns = static_cast<size_t>(sweep.columns());
    for (size_t i = 0; i < columns; ++i) options.column_labels.push_back(cells[i].column);
    for (size_t i = 0; i < cells.size(); i += columns) options.row_labels.push_back(cells[i].row);
  }
  return encode_png(contact_sheet(slots, options));
}

}  // namespace redraw
