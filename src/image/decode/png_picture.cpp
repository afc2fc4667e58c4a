#include "image/decode/png_picture.h"

#include <algorithm>
#include <exception>

#include "base/error.h"
#include "image/image.h"
#include "image/png_chunks.h"

namespace redraw {
namespace {

// The file as libpng gets it: the layout's head, the IDAT chunks as they are stored, one after the other, and IEND.
class PngStream {
 public:
  PngStream(PictureBytes& bytes, PngLayout layout)
      : bytes_(bytes), next_chunk_(layout.first_pixels), end_(layout.end), ready_(std::move(layout.head)) {}

  // Fills some of `to`, none only at the end.
  size_t read(std::span<std::byte> to) {
    while (true) {
      if (ready_done_ < ready_.size()) {
        const size_t count = std::min(to.size(), ready_.size() - ready_done_);
        std::copy_n(ready_.begin() + static_cast<std::ptrdiff_t>(ready_done_), count, to.begin());
        ready_done_ += count;
        return count;
      }
      if (in_chunk_ > 0) {
        const auto view = bytes_.view(offset_, std::min(in_chunk_, static_cast<int64_t>(to.size())));
        std::ranges::copy(view, to.begin());
        offset_ += std::ssize(view);
        in_chunk_ -= std::ssize(view);
        return view.size();
      }
      if (!find_chunk()) return 0;
    }
  }

 private:
  // Makes the next IDAT, or IEND, ready to be read; false when that was done already.
  bool find_chunk() {
    while (next_chunk_ < end_) {
      const auto start = bytes_.view(next_chunk_, 8);
      offset_ = next_chunk_;
      const int64_t whole = kPngChunkOverhead + read_u32_be(start, 0);
      next_chunk_ += whole;
      if (!has_text(start, 4, "IDAT")) continue;
      in_chunk_ = whole;
      return true;
    }
    if (has_ended_) return false;
    has_ended_ = true;
    ready_.clear();
    ready_done_ = 0;
    append_png_chunk(ready_, "IEND", {});
    return true;
  }

  PictureBytes& bytes_;
  int64_t next_chunk_;
  int64_t end_;
  std::vector<std::byte> ready_;
  size_t ready_done_ = 0;
  int64_t offset_ = 0;
  int64_t in_chunk_ = 0;  // bytes from offset_ on
  bool has_ended_ = false;
};

int64_t sample_bytes(const PictureHeader& header, const PngLayout& layout) {
  const auto field = [&](size_t offset) { return std::to_integer<int64_t>(layout.head.at(8 + 8 + offset)); };
  constexpr int64_t kMostBands = 4;
  return header.width * header.height * kMostBands * (field(8) == 16 ? 2 : 1);
}

bool is_interlaced(const PngLayout& layout) {
  return layout.head.at(8 + 8 + 12) != std::byte{0};
}

class PngPicture final : public PictureDecoder {
 public:
  PngPicture(PictureBytes& bytes, PngLayout layout, const std::string& where)
      : where_(where), has_end_(layout.has_end), stream_(bytes, std::move(layout)) {
    source_.reset(vips_source_custom_new());
    const auto read = [](VipsSourceCustom*, void* to, gint64 count, void* self) {
      return static_cast<PngPicture*>(self)->read(to, count);
    };
    using ReadFunction = gint64 (*)(VipsSourceCustom*, void*, gint64, void*);
    g_signal_connect(source_.get(), "read", reinterpret_cast<GCallback>(static_cast<ReadFunction>(read)), this);
    VipsImage* image = nullptr;
    if (vips_pngload_source(VIPS_SOURCE(source_.get()), &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                            VIPS_FAIL_ON_ERROR, nullptr) != 0) {
      throw_error();
    }
    image_.reset(image);
  }

  VipsImage* image() override { return image_.get(); }

  [[noreturn]] void throw_error() override {
    const std::string reason = take_vips_error();
    if (exception_) std::rethrow_exception(exception_);
    throw_undecodable(PictureFormat::png, where_, !has_end_, reason);
  }

  void finish(std::vector<std::string>&) override {}

 private:
  gint64 read(void* to, gint64 count) {
    if (exception_) return -1;
    try {
      return static_cast<gint64>(stream_.read({static_cast<std::byte*>(to), static_cast<size_t>(count)}));
    } catch (...) {
      exception_ = std::current_exception();
      return -1;
    }
  }

  std::string where_;
  bool has_end_;
  PngStream stream_;
  std::exception_ptr exception_;
  std::unique_ptr<VipsSourceCustom, UnrefObject> source_;
  VipsImagePtr image_;
};

}  // namespace

std::unique_ptr<PictureDecoder> open_png(PictureBytes& bytes, const PictureHeader& header, PngLayout layout,
                                         const std::string& where) {
  if (is_interlaced(layout)) check_whole_picture(header, sample_bytes(header, layout), "interlaced", where);
  return std::make_unique<PngPicture>(bytes, std::move(layout), where);
}

}  // namespace redraw
