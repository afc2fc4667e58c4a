// Decoding that is told to stop.
#include <filesystem>
#include <fstream>
#include <random>
#include <utility>

#include "image/decode/decode.h"
#include "image/decode/picture_files_test_support.h"

namespace redraw {
namespace {

struct Stopped {};

enum class Place { file, memory };

// A picture on disk for as long as it is needed, or in memory.
class StoredPicture {
 public:
  explicit StoredPicture(FileBytes bytes, Place place = Place::file)
      : bytes_(std::move(bytes)), place_(place), path_(std::filesystem::path(testing::TempDir()) / "stopped-picture") {
    std::ofstream(path_, std::ios::binary).write(reinterpret_cast<const char*>(bytes_.data()), std::ssize(bytes_));
  }
  ~StoredPicture() { std::filesystem::remove(path_); }
  StoredPicture(const StoredPicture&) = delete;
  StoredPicture& operator=(const StoredPicture&) = delete;

  // Its pixels; stopped at the given question. Counts the questions.
  Image decode(int64_t stop_at, int64_t& asked) const {
    asked = 0;
    const auto ask = [&] {
      if (++asked == stop_at) throw Stopped();
    };
    if (place_ == Place::memory) return decode_image(bytes_, "memory", ask).image;
    return decode_image_file(path_, ask).image;
  }

  int64_t questions() const {
    int64_t asked = 0;
    decode(0, asked);
    return asked;
  }

 private:
  FileBytes bytes_;
  Place place_;
  std::filesystem::path path_;
};

FileBytes interlaced_png(VipsImage* image) {
  return save(
      [&](void** data, size_t* bytes) { return vips_pngsave_buffer(image, data, bytes, "interlace", TRUE, nullptr); });
}

// Every byte by chance, so that nothing can be made smaller.
Image noise(int64_t width, int64_t height) {
  Image image = flat(width, height, 0, 0, 0);
  std::minstd_rand chance(1);
  for (uint8_t& sample : image.pixels) sample = static_cast<uint8_t>(chance() >> 8);
  return image;
}

TEST(DecodeStop, EndsWithWhatTheCallerThrewAndLeavesNothingBehind) {
  const auto picture = vips_image(gradient(200, 150));
  // Stray bytes make libjpeg warn, of which the reading of more bytes is a part.
  const FileBytes jpeg = plain_jpeg(picture.get());
  const FileBytes files[] = {
      save_png(picture.get()),
      interlaced_png(picture.get()),
      jpeg,
      plain_jpeg(picture.get(), true),
      with_bytes_at(jpeg, view_of(jpeg).find("\xFF\xDA"), std::string_view("\0\0\0", 3)),
      save_webp(picture.get()),
      plain_webp(picture.get(), false),
  };
  for (const FileBytes& bytes : files) {
    for (const Place place : {Place::file, Place::memory}) {
      const StoredPicture stored(bytes, place);
      int64_t asked = 0;
      const Image whole = stored.decode(0, asked);
      const int64_t questions = asked;
      EXPECT_GT(questions, 10);
      for (int64_t n = 1; n <= questions; ++n) {
        EXPECT_THROW(stored.decode(n, asked), Stopped) << &bytes - files << " at question " << n;
        EXPECT_EQ(asked, n) << &bytes - files;  // none after it
      }
      EXPECT_EQ(stored.decode(0, asked).pixels, whole.pixels) << &bytes - files;
    }
  }
}

TEST(DecodeStop, IsAskedForAtEveryRowOfBlocksOfEveryScan) {
  // 300 rows of blocks in each of some ten scans, most of which take no bytes.
  const FileBytes jpeg = plain_jpeg(vips_image(flat(16, 2400, 9, 99, 199)).get(), true);
  EXPECT_LT(jpeg.size(), 64u << 10);
  EXPECT_GT(StoredPicture(jpeg).questions(), 2400 + 5 * 300);
}

TEST(DecodeStop, IsAskedForAtEveryPieceOfWhatIsReadWhole) {
  const auto picture = vips_image(noise(1000, 1000));
  for (const FileBytes& bytes : {interlaced_png(picture.get()), save_webp(picture.get())}) {
    EXPECT_GT(bytes.size(), 3'000'000u);
    EXPECT_GT(StoredPicture(bytes).questions(), 3'000'000 / (64 << 10) + 1000 / 16);
  }
}

TEST(DecodeStop, IsAskedForAtEveryPartBesideThePixels) {
  const FileBytes png = save_png(vips_image(gradient(16, 16)).get());
  FileBytes parts;
  for (int i = 0; i < 5000; ++i) append_png_chunk(parts, "tIME", {});
  EXPECT_GT(StoredPicture(with_bytes_at(png, 33, view_of(parts))).questions(), 5000);

  const FileBytes jpeg = plain_jpeg(vips_image(gradient(16, 16)).get());
  std::string comments;
  for (int i = 0; i < 5000; ++i) comments += std::string_view("\xFF\xFE\0\2", 4);
  EXPECT_GT(StoredPicture(with_bytes_at(jpeg, 2, comments)).questions(), 5000);
}

}  // namespace
}  // namespace redraw
