#include "image/plot/stroke.h"

#include <numbers>

#include "image/image_test_support.h"

namespace redraw {
namespace {

constexpr Rgb kWhite = {255, 255, 255};
constexpr Rgb kBlack = {0, 0, 0};

Image stroked(const std::vector<Point>& line, double width, int64_t side = 40) {
  Canvas canvas(side, side, kWhite);
  draw_stroke(canvas, line, width, kBlack);
  return canvas.image();
}

// In pixels: the sum of what each took of the colour.
double ink(const Image& image) {
  double sum = 0.0;
  for (size_t i = 0; i < image.pixels.size(); i += 3) sum += (255 - image.pixels[i]) / 255.0;
  return sum;
}

TEST(Stroke, FillsWholePixelsWhereTheLineDoes) {
  const Image image = stroked({{10.5, 20.0}, {30.5, 20.0}}, 2.0);
  for (int64_t x = 11; x < 30; ++x) {
    for (const int64_t y : {19, 20}) EXPECT_EQ(pixel_at(image, x, y), (std::vector<uint8_t>{0, 0, 0}));
    for (const int64_t y : {18, 21}) EXPECT_EQ(pixel_at(image, x, y), (std::vector<uint8_t>{255, 255, 255}));
  }
}

TEST(Stroke, HasItsWidthAtEveryAngle) {
  for (int i = 0; i < 12; ++i) {
    const double angle = i * std::numbers::pi / 12 + 0.1;
    const double dx = 12 * std::cos(angle);
    const double dy = 12 * std::sin(angle);
    const Image image = stroked({{20.3 - dx, 20.1 - dy}, {20.3 + dx, 20.1 + dy}}, 3.0);
    // Two half discs at the ends. Distance is not quite area: a few percent.
    const double area = 24 * 3.0 + std::numbers::pi * 1.5 * 1.5;
    EXPECT_NEAR(ink(image), area, 0.03 * area) << angle;
  }
}

TEST(Stroke, IsNotDarkerWhereItMeetsItself) {
  const Point a = {5.2, 7.9};
  const Point b = {31.4, 22.6};
  EXPECT_EQ(stroked({a, b, a, b}, 2.0).pixels, stroked({a, b}, 2.0).pixels);
}

TEST(Stroke, DrawsDiscs) {
  Canvas canvas(40, 40, kWhite);
  draw_disc(canvas, {20.2, 19.7}, 6.0, kBlack);
  EXPECT_NEAR(ink(canvas.image()), std::numbers::pi * 36, 1.5);
}

TEST(Stroke, IsCutAtTheEdgesOfTheImage) {
  const std::vector<Point> line = {{-50.0, 3.0}, {60.0, 17.0}, {12.0, 900.0}};
  const Image large = stroked(line, 3.0, 60);
  const Image small = stroked(line, 3.0, 20);
  for (int64_t y = 0; y < 20; ++y) {
    for (int64_t x = 0; x < 20; ++x) ASSERT_EQ(pixel_at(small, x, y), pixel_at(large, x, y)) << x << " " << y;
  }
  EXPECT_EQ(ink(stroked({{-100.0, -100.0}, {-90.0, 300.0}}, 2.0)), 0.0);
}

TEST(Stroke, OfNoPointsIsNothing) {
  EXPECT_EQ(ink(stroked({}, 2.0)), 0.0);
}

}  // namespace
}  // namespace redraw
