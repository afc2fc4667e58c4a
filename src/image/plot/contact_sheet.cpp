#include "image/plot/contact_sheet.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "image/plot/canvas.h"
#include "image/plot/text_mask.h"
#include "image/resize.h"

namespace redraw {
namespace {

constexpr int64_t kMargin = 16;
constexpr int64_t kGap = 12;
constexpr int64_t kLabelGap = 6;  // between picture and first label
constexpr int64_t kTitleGap = 12;
constexpr int64_t kColumnLabelGap = 6;  // between a column's label and its first picture
constexpr int64_t kRowLabelGap = 14;
constexpr int64_t kWidestRowLabel = 200;
constexpr int64_t kNarrowestSlot = 72;
constexpr int64_t kWidestRow = 1400;
constexpr int64_t kLargestOwnSide = 256;
constexpr int64_t kEmptySide = 128;  // of a sheet with no picture at all
constexpr int64_t kMaxCells = 1000;
constexpr int64_t kMaxSheetPixels = 64'000'000;
constexpr TextStyle kTitleStyle = {16, true};
constexpr TextStyle kHeaderStyle = {13, true};  // of rows and columns

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
  int64_t column_labels_height;
  int64_t row_labels_width;

  int64_t left_of(int64_t column) const { return kMargin + row_labels_width + column * (slot_width + kGap); }
  int64_t top_of(int64_t row) const {
    return kMargin + title_height + column_labels_height + row * (slot_height + kGap);
  }
  int64_t width() const { return left_of(columns) - kGap + kMargin; }
  int64_t height() const { return top_of(rows) - kGap + kMargin; }
};

int64_t even_columns(int64_t count, int64_t slot_width) {
  const int64_t most = std::max<int64_t>(1, (kWidestRow - 2 * kMargin + kGap) / (slot_width + kGap));
  const int64_t rows = (count + most - 1) / most;
  return (count + rows - 1) / rows;
}

int64_t widest(const std::vector<TextMask>& texts) {
  int64_t width = 0;
  for (const TextMask& text : texts) width = std::max(width, text.width);
  return width;
}

Layout lay_out(std::span<const SheetCell> cells, const ContactSheetOptions& options,
               const std::vector<TextMask>& row_labels) {
  Layout layout = {};
  size_t label_lines = 0;
  for (const SheetCell& cell : cells) {
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
  const int64_t columns = options.columns > 0 ? options.columns : static_cast<int64_t>(options.column_labels.size());
  layout.columns = columns > 0 ? std::min(columns, count) : even_columns(count, layout.slot_width);
  layout.rows = (count + layout.columns - 1) / layout.columns;
  layout.title_height = options.title.empty() ? 0 : line_height(kTitleStyle) + kTitleGap;
  layout.column_labels_height = options.column_labels.empty() ? 0 : line_height(kHeaderStyle) + kColumnLabelGap;
  layout.row_labels_width = row_labels.empty() ? 0 : widest(row_labels) + kRowLabelGap;
  return layout;
}

struct SheetPalette {
  Rgb title;
  Rgb first_label;
  Rgb label;
  Rgb faint_label;  // under empty slots
  Rgb frame;
  Rgb faint_frame;
  Rgb empty;
};

SheetPalette sheet_palette_on(Rgb background) {
  const bool is_light = background[0] + background[1] + background[2] > 3 * 127;
  const Rgb ink = is_light ? Rgb{24, 24, 32} : Rgb{245, 245, 250};
  return {mix(background, ink, 0.95), mix(background, ink, 0.85), mix(background, ink, 0.6), mix(background, ink, 0.4),
          mix(background, ink, 0.25), mix(background, ink, 0.14), mix(background, ink, 0.03)};
}

void draw_picture(Canvas& canvas, const Image& image, const Layout& layout, Rect slot, int64_t cell_side,
                  const SheetPalette& palette) {
  const PictureSize size = size_on_sheet(image, cell_side);
  // Standing on the labels rather than floating above them.
  const Rect area = {slot.left + (slot.width - size.width) / 2, slot.top + layout.box.height - size.height, size.width,
                     size.height};
  canvas.frame({area.left - 1, area.top - 1, area.width + 2, area.height + 2}, palette.frame);
  canvas.paste(resize_lanczos(image, size.width, size.height), area.left, area.top);
}

void draw_empty(Canvas& canvas, const Layout& layout, Rect slot, const SheetPalette& palette) {
  const Rect area = {slot.left + (slot.width - layout.box.width) / 2, slot.top, layout.box.width, layout.box.height};
  const Rect outline = {area.left - 1, area.top - 1, area.width + 2, area.height + 2};
  canvas.fill(outline, palette.empty);
  canvas.frame(outline, palette.faint_frame);
}

void draw_cell_labels(Canvas& canvas, const SheetCell& cell, const Layout& layout, Rect slot,
                      const SheetPalette& palette) {
  int64_t top = slot.top + layout.box.height + kLabelGap;
  for (size_t i = 0; i < cell.labels.size(); ++i, top += line_height(layout.label_style)) {
    const TextMask text = draw_text(cell.labels[i], layout.label_style, slot.width);
    const Rgb colour = !cell.image ? palette.faint_label : i == 0 ? palette.first_label : palette.label;
    canvas.write(text, slot.left + (slot.width - text.width) / 2 - text.left, top, colour);
  }
}

void draw_headers(Canvas& canvas, const ContactSheetOptions& options, const std::vector<TextMask>& row_labels,
                  const Layout& layout, const SheetPalette& palette) {
  for (size_t column = 0; column < options.column_labels.size(); ++column) {
    const TextMask text = draw_text(options.column_labels[column], kHeaderStyle, layout.slot_width);
    const int64_t left = layout.left_of(static_cast<int64_t>(column)) + (layout.slot_width - text.width) / 2;
    canvas.write(text, left - text.left, kMargin + layout.title_height, palette.first_label);
  }
  for (size_t row = 0; row < row_labels.size(); ++row) {
    const TextMask& text = row_labels[row];
    const int64_t right = layout.left_of(0) - kRowLabelGap;
    const int64_t top = layout.top_of(static_cast<int64_t>(row)) + (layout.box.height - line_height(kHeaderStyle)) / 2;
    canvas.write(text, right - text.width - text.left, top, palette.first_label);
  }
}

void check_labels(std::string_view what, size_t labels, int64_t count) {
  if (labels == 0 || labels == static_cast<size_t>(count)) return;
  throw Error(Code::out_of_range, "contact sheet: " + std::to_string(labels) + " " + std::string(what) +
                                      " labels for " + std::to_string(count) + " " + std::string(what) + "s");
}

void check_sheet_range(std::string_view what, int64_t value, int64_t least, int64_t most) {
  if (value >= least && value <= most) return;
  throw Error(Code::out_of_range, "contact sheet: " + std::string(what) + " is " + std::to_string(value) + ", not in " +
                                      std::to_string(least) + " to " + std::to_string(most));
}

}  // namespace

Image contact_sheet(std::span<const SheetCell> cells, const ContactSheetOptions& options) {
  check_sheet_range("the number of pictures", static_cast<int64_t>(cells.size()), 1, kMaxCells);
  check_sheet_range("columns", options.columns, 0, kMaxCells);
  if (options.cell_side != 0) check_sheet_range("the side of a picture", options.cell_side, 16, 2048);
  std::vector<TextMask> row_labels;
  for (const std::string& label : options.row_labels) {
    row_labels.push_back(draw_text(label, kHeaderStyle, kWidestRowLabel));
  }
  const Layout layout = lay_out(cells, options, row_labels);
  check_labels("column", options.column_labels.size(), layout.columns);
  check_labels("row", options.row_labels.size(), layout.rows);
  check_sheet_range("the number of pixels", layout.width() * layout.height(), 1, kMaxSheetPixels);

  const SheetPalette palette = sheet_palette_on(options.background);
  Canvas canvas(layout.width(), layout.height(), options.background);
  if (!options.title.empty()) {
    const TextMask title = draw_text(options.title, kTitleStyle, layout.width() - 2 * kMargin);
    canvas.write(title, kMargin - title.left, kMargin, palette.title);
  }
  draw_headers(canvas, options, row_labels, layout, palette);
  for (size_t i = 0; i < cells.size(); ++i) {
    const int64_t row = static_cast<int64_t>(i) / layout.columns;
    const int64_t column = static_cast<int64_t>(i) % layout.columns;
    const Rect slot = {layout.left_of(column), layout.top_of(row), layout.slot_width, layout.slot_height};
    if (cells[i].image) {
      draw_picture(canvas, *cells[i].image, layout, slot, options.cell_side, palette);
    } else {
      draw_empty(canvas, layout, slot, palette);
    }
    draw_cell_labels(canvas, cells[i], layout, slot, palette);
  }
  return std::move(canvas).take();
}

}  // namespace redraw
