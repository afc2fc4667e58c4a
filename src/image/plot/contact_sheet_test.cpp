#include "image/plot/contact_sheet.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "image/decode/decode.h"
#include "image/encode.h"
#include "image/image_test_support.h"
#include "image/plot/text_mask.h"

namespace redraw {
namespace {

// The drawing fading into noise, as the steps of a run look.
std::vector<Image> step_pictures(int64_t side, int count) {
  std::vector<Image> pictures;
  for (int i = 0; i < count; ++i) {
    Image image = gradient(side, side);
    uint32_t state = 1;
    for (uint8_t& value : image.pixels) {
      state = state * 1664525u + 1013904223u;
      value = static_cast<uint8_t>((value * i + (state >> 24) * static_cast<uint32_t>(count - i)) /
                                   static_cast<uint32_t>(count));
    }
    pictures.push_back(std::move(image));
  }
  return pictures;
}

std::vector<SheetCell> step_cells(const std::vector<Image>& pictures, size_t skipped) {
  std::vector<SheetCell> cells;
  for (size_t i = 0; i < skipped; ++i) cells.push_back({nullptr, {"t 801", "not run"}});
  for (size_t i = 0; i < pictures.size(); ++i) {
    cells.push_back({&pictures[i], {"t " + std::to_string(601 - 100 * i), "σ 2.92"}});
  }
  return cells;
}

// Where any pixel of the area differs from the background.
bool has_ink(const Image& sheet, int64_t left, int64_t top, int64_t width, int64_t height) {
  for (int64_t y = top; y < top + height; ++y) {
    for (int64_t x = left; x < left + width; ++x) {
      if (pixel_at(sheet, x, y) != std::vector<uint8_t>{250, 250, 250}) return true;
    }
  }
  return false;
}

TEST(ContactSheet, SetsPicturesUnchangedInRowsAndColumns) {
  const std::vector<Image> pictures = step_pictures(128, 7);
  const std::vector<SheetCell> cells = step_cells(pictures, 3);
  const Image sheet = contact_sheet(cells, {.columns = 5});
  EXPECT_EQ(sheet.width, 2 * 16 + 5 * 128 + 4 * 12);
  // Cell 3 is the first picture: column 3 of the first row, below the margin.
  const int64_t left = 16 + 3 * (128 + 12);
  for (int64_t y = 0; y < 128; ++y) {
    for (int64_t x = 0; x < 128; ++x) ASSERT_EQ(pixel_at(sheet, left + x, 16 + y), pixel_at(pictures[0], x, y));
  }
}

TEST(ContactSheet, WritesLabelsBelowTheirPicturesAndNowhereElse) {
  for (const int64_t side : {48, 64, 128, 256}) {
    const std::vector<Image> pictures = step_pictures(side, 4);
    const Image sheet = contact_sheet(step_cells(pictures, 0), {.columns = 4});
    const int64_t slot = std::max<int64_t>(side, 72);
    const int64_t labels_top = 16 + side + 2;  // below the frame
    const int64_t labels_height = sheet.height - 16 - labels_top;
    for (int64_t i = 0; i < 4; ++i) {
      const int64_t left = 16 + i * (slot + 12);
      EXPECT_TRUE(has_ink(sheet, left, labels_top, slot, labels_height / 2)) << side << " " << i;
      EXPECT_TRUE(has_ink(sheet, left, labels_top + labels_height / 2, slot, labels_height / 2)) << side << " " << i;
      const bool is_gap_inked = i < 3 && has_ink(sheet, left + slot, labels_top, 12, labels_height);
      EXPECT_FALSE(is_gap_inked) << side << " " << i;
    }
    EXPECT_FALSE(has_ink(sheet, 0, sheet.height - 16, sheet.width, 16));
  }
}

TEST(ContactSheet, CutsLongLabelsAndTitlesWithAnEllipsis) {
  const Image image = flat(64, 64, 10, 10, 10);
  const std::string longest(500, 'W');
  const std::vector<SheetCell> cells = {{&image, {longest, longest}}, {&image, {longest}}};
  const Image sheet = contact_sheet(cells, {.title = longest});
  EXPECT_EQ(sheet.width, 2 * 16 + 2 * 72 + 12);
  EXPECT_FALSE(has_ink(sheet, sheet.width - 16, 0, 16, sheet.height));
  EXPECT_FALSE(has_ink(sheet, 16 + 72, 16 + 40 + 64, 12, sheet.height - 16 - 40 - 64));
}

TEST(ContactSheet, DrawsMarkupAndOddBytesAsText) {
  const Image image = flat(64, 64, 10, 10, 10);
  const std::vector<SheetCell> cells = {{&image, {"<b>&amp; <", "\xFF\xFE broken", "a\nb\tc", ""}}};
  EXPECT_NO_THROW(contact_sheet(cells, {.title = "<span foreground='red'>"}));
}

TEST(ContactSheet, ShowsEmptySlotsFaintly) {
  const std::vector<SheetCell> cells = {{nullptr, {}}, {nullptr, {"t 9"}}};
  const Image sheet = contact_sheet(cells, {.cell_side = 64});
  const auto inside = pixel_at(sheet, 16 + 36, 16 + 32);
  EXPECT_NE(inside, (std::vector<uint8_t>{250, 250, 250}));
  for (const uint8_t value : inside) EXPECT_GT(value, 235);
}

TEST(ContactSheet, KeepsRowsEvenWhenColumnsAreLeftToIt) {
  const std::vector<Image> pictures = step_pictures(128, 12);
  const Image sheet = contact_sheet(step_cells(pictures, 0), {});
  EXPECT_EQ(sheet.width, 2 * 16 + 6 * 128 + 5 * 12);  // two rows of 6, not 9 and 3
}

TEST(ContactSheet, LabelsRowsAndColumnsOutsideOfTheirPictures) {
  const std::vector<Image> pictures = step_pictures(128, 6);
  const std::vector<SheetCell> cells = step_cells(pictures, 0);
  const Image plain = contact_sheet(cells, {.columns = 3});
  const Image sheet =
      contact_sheet(cells, {.column_labels = {"0.3", "0.5", "0.8"}, .row_labels = {"ddim", "dpmpp_2m"}});
  const int64_t left = sheet.width - plain.width;  // added by the labels
  const int64_t top = sheet.height - plain.height;
  EXPECT_GT(left, 50);
  EXPECT_LT(left, 120);
  EXPECT_EQ(top, line_height({13, true}) + 6);
  // What was there before stands there unchanged, moved by the room for the labels.
  const int64_t first = 16 - 1;  // the frame of the first picture
  for (int64_t y = first; y < plain.height; ++y) {
    for (int64_t x = first; x < plain.width; ++x) {
      ASSERT_EQ(pixel_at(sheet, left + x, top + y), pixel_at(plain, x, y)) << x << " " << y;
    }
  }
  for (int64_t column = 0; column < 3; ++column) {
    EXPECT_TRUE(has_ink(sheet, left + 16 + column * (128 + 12), 16, 128, top - 1));
  }
  const int64_t row_height = (plain.height - 2 * 16 + 12) / 2;
  for (int64_t row = 0; row < 2; ++row) {
    const int64_t middle = top + 16 + row * row_height + 64;
    EXPECT_TRUE(has_ink(sheet, 16, middle - 9, left - 14, 18));
    EXPECT_FALSE(has_ink(sheet, 0, middle - 64, 16, 128));
    EXPECT_FALSE(has_ink(sheet, 16, middle + 9, left - 2, 100));
  }
}

TEST(ContactSheet, CutsLongRowAndColumnLabels) {
  const Image image = flat(64, 64, 10, 10, 10);
  const std::string longest(500, 'W');
  const std::vector<SheetCell> cells = {{&image, {}}, {&image, {}}};
  const Image sheet = contact_sheet(cells, {.column_labels = {longest, "b"}, .row_labels = {longest}});
  EXPECT_LE(sheet.width, 2 * 16 + 200 + 14 + 2 * 72 + 12);
  EXPECT_FALSE(has_ink(sheet, sheet.width - 16 - 72 - 12, 0, 12, sheet.height));
}

TEST(ContactSheet, RefusesWhatItCannotDraw) {
  const Image image = flat(64, 64, 0, 0, 0);
  const std::vector<SheetCell> one = {{&image, {}}};
  EXPECT_EQ(code_of([] { contact_sheet({}, {}); }), Code::out_of_range);
  EXPECT_EQ(code_of([&] { contact_sheet(one, {.columns = -1}); }), Code::out_of_range);
  EXPECT_EQ(code_of([&] { contact_sheet(one, {.cell_side = 8}); }), Code::out_of_range);
  EXPECT_EQ(message_of(Code::out_of_range,
                       [&] {
                         contact_sheet(one, {.columns = 1, .column_labels = {"a", "b"}});
                       }),
            "contact sheet: 2 column labels for 1 columns");
  EXPECT_EQ(message_of(Code::out_of_range,
                       [&] {
                         contact_sheet(one, {.row_labels = {"a", "b"}});
                       }),
            "contact sheet: 2 row labels for 1 rows");
  EXPECT_EQ(code_of([&] { contact_sheet(std::vector<SheetCell>(1001, one[0]), {}); }), Code::out_of_range);
  EXPECT_EQ(code_of([&] { contact_sheet(std::vector<SheetCell>(900, one[0]), {.cell_side = 2048}); }),
            Code::out_of_range);
}

TEST(TextMask, SetsAllTextOfOneSizeOnOneLine) {
  const TextStyle style = {14, false};
  const TextMask low = draw_text("run", style, 200);
  const TextMask high = draw_text("601", style, 200);
  EXPECT_GT(low.top, high.top);  // no ascender: its ink starts lower in the same line
  EXPECT_EQ(low.top + low.height, high.top + high.height);
}

}  // namespace
}  // namespace redraw
