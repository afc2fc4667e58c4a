#include "image/contact_sheet.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "image/canvas.h"
#include "image/resize.h"
#include "image/text_mask.h"

namespace redraw {
namespace {

constexpr int64_t kMargin = 16;
constexpr int64_t kGap = 12;
constexpr int64_t kLabelGap = 6;  // between picture and first label
constexpr int64_t kTitleGap = 12;
constexpr int64_t kNarrowestSlot = 72;
constexpr int64_t kWidestRow = 1400;
constexpr int64_t kLargestOwnSide = 256;
constexpr int64_t kEmptySide = 128;  // of a sheet with no picture at all
constexpr int64_t kMaxCells = 1000;
constexpr int64_t kMaxSheetPixels = 64'000'000;
constexpr TextStyle kTitleStyle = {16, true};

struct PictureSize {
  int64_t width;
  int64_t height;
};

PictureSize size_on_sheet(const Image& image, int64_t cell_side) {
  const int64_t longer = std::max(image.width, image.height);
  const int64_t wanted = cell_side > 0 ? cell_side : std::min(longer, kLargestOwnSide);
  const double scale = static_cast<double>(wanted) / static_cast<double>(longer);
  const auto scaled = [scale](int64_t side) {
    return std::max<int64_t>(1, std::llround(static_cast<double>(side) * scale));
  };
  return {scaled(image.width), scaled(image.height)};
}

// Sizes shared by all cells, in pixels.
struct Layout {
  int64_t columns;
  int64_t rows;
  PictureSize box;  // room for a picture
  int64_t slot_width;
  int64_t slot_height;
  TextStyle label_style;
  int64_t title_height;

  int64_t width() const { return 2 * kMargin + columns * slot_width + (columns - 1) * kGap; }
  int64_t height() const { return 2 * kMargin + title_height + rows * slot_height + (rows - 1) * kGap; }
};

int64_t even_columns(int64_t count, int64_t slot_width) {
  const int64_t most = std::max<int64_t>(1, (kWidestRow - 2 * kMargin + kGap) / (slot_width + kGap));
  const int64_t rows = (count + most - 1) / most;
  return (count + rows - 1) / rows;
}

Layout lay_out(std::span<const Cell> cells, const ContactSheetOptions& options) {
  Layout layout = {};
  size_t label_lines = 0;
  for (const Cell& cell : cells) {
    label_lines = std::max(label_lines, cell.labels.size());
    if (!cell.image) continue;
    const PictureSize size = size_on_sheet(*cell.image, options.cell_side);
    layout.box.width = std::max(layout.box.width, size.width);
    layout.box.height = std::max(layout.box.height, size.height);
  }
  if (layout.box.width == 0) {
    const int64_t side = options.cell_side > 0 ? options.cell_side : kEmptySide;
    layout.box = {side, side};
  }
  layout.slot_width = std::max(layout.box.width, kNarrowestSlot);
  layout.label_style = {std::clamp<int64_t>(layout.slot_width / 10, 10, 14), false};
  const auto lines = static_cast<int64_t>(label_lines);
  layout.slot_height = layout.box.height + (lines > 0 ? kLabelGap + lines * line_height(layout.label_style) : 0);
  const auto count = static_cast<int64_t>(cells.size());
  layout.columns = options.columns > 0 ? std::min(options.columns, count) : even_columns(count, layout.slot_width);
  layout.rows = (count + layout.columns - 1) / layout.columns;
  layout.title_height = options.title.empty() ? 0 : line_height(kTitleStyle) + kTitleGap;
  return layout;
}

struct Palette {
  Rgb title;
  Rgb first_label;
  Rgb label;
  Rgb faint_label;  // under empty slots
  Rgb frame;
  Rgb faint_frame;
  Rgb empty;
};

Palette palette_on(Rgb background) {
  const bool is_light = background[0] + background[1] + background[2] > 3 * 127;
  const Rgb ink = is_light ? Rgb{24, 24, 32} : Rgb{245, 245, 250};
  return {mix(background, ink, 0.95), mix(background, ink, 0.85), mix(background, ink, 0.6), mix(background, ink, 0.4),
          mix(background, ink, 0.25), mix(background, ink, 0.14), mix(background, ink, 0.03)};
}

void draw_picture(Canvas& canvas, const Image& image, const Layout& layout, Rect slot, int64_t cell_side,
                  const Palette& palette) {
  const PictureSize size = size_on_sheet(image, cell_side);
  // Standing on the labels rather than floating above them.
  const Rect area = {slot.left + (slot.width - size.width) / 2, slot.top + layout.box.height - size.height, size.width,
                     size.height};
  canvas.frame({area.left - 1, area.top - 1, area.width + 2, area.height + 2}, palette.frame);
  canvas.paste(resize_lanczos(image, size.width, size.height), area.left, area.top);
}

void draw_empty(Canvas& canvas, const Layout& layout, Rect slot, const Palette& palette) {
  const Rect area = {slot.left + (slot.width - layout.box.width) / 2, slot.top, layout.box.width, layout.box.height};
  const Rect outline = {area.left - 1, area.top - 1, area.width + 2, area.height + 2};
  canvas.fill(outline, palette.empty);
  canvas.frame(outline, palette.faint_frame);
}

void draw_labels(Canvas& canvas, const Cell& cell, const Layout& layout, Rect slot, const Palette& palette) {
  int64_t top = slot.top + layout.box.height + kLabelGap;
  for (size_t i = 0; i < cell.labels.size(); ++i, top += line_height(layout.label_style)) {
    const TextMask text = draw_text(cell.labels[i], layout.label_style, slot.width);
    const Rgb colour = !cell.image ? palette.faint_label : i == 0 ? palette.first_label : palette.label;
    canvas.write(text, slot.left + (slot.width - text.width) / 2 - text.left, top, colour);
  }
}

void check_range(std::string_view what, int64_t value, int64_t least, int64_t most) {
  if (value >= least && value <= most) return;
  throw Error(Code::out_of_range, "contact sheet: " + std::string(what) + " is " + std::to_string(value) + ", not in " +
                                      std::to_string(least) + " to " + std::to_string(most));
}

}  // namespace

Image contact_sheet(std::span<const Cell> cells, const ContactSheetOptions& options) {
  check_range("the number of pictures", static_cast<int64_t>(cells.size()), 1, kMaxCells);
  check_range("columns", options.columns, 0, kMaxCells);
  if (options.cell_side != 0) check_range("the side of a picture", options.cell_side, 16, 2048);
  const Layout layout = lay_out(cells, options);
  check_range("the number of pixels", layout.width() * layout.height(), 1, kMaxSheetPixels);

  const Palette palette = palette_on(options.background);
  Canvas canvas(layout.width(), layout.height(), options.background);
  if (!options.title.empty()) {
    const TextMask title = draw_text(options.title, kTitleStyle, layout.width() - 2 * kMargin);
    canvas.write(title, kMargin - title.left, kMargin, palette.title);
  }
  for (size_t i = 0; i < cells.size(); ++i) {
    const int64_t row = static_cast<int64_t>(i) / layout.columns;
    const int64_t column = static_cast<int64_t>(i) % layout.columns;
    const Rect slot = {kMargin + column * (layout.slot_width + kGap),
                       kMargin + layout.title_height + row * (layout.slot_height + kGap), layout.slot_width,
                       layout.slot_height};
    if (cells[i].image) {
      draw_picture(canvas, *cells[i].image, layout, slot, options.cell_side, palette);
    } else {
      draw_empty(canvas, layout, slot, palette);
    }
    draw_labels(canvas, cells[i], layout, slot, palette);
  }
  return std::move(canvas).take();
}

}  // namespace redraw
