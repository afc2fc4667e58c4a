#include "image/decode/jpeg_picture.h"

#include <algorithm>
#include <array>
#include <csetjmp>
#include <exception>
#include <jerror.h>

#include "base/error.h"
#include "image/decode/jpeg_faults.h"
#include "image/image.h"

namespace redraw {
namespace {

constexpr std::array<JOCTET, 2> kEndMarker = {0xFF, JPEG_EOI};

// Each scan of a file with several is a pass over the whole picture. Encoders make some ten.
constexpr int kMaxScans = 100;

class JpegPicture final : public PictureDecoder {
 public:
  JpegPicture(PictureBytes& bytes, const PictureHeader& header, int reduction, const std::string& where)
      : bytes_(bytes), header_(header), where_(where) {
    set_up_errors();
    set_up_source();
    progress_.progress_monitor = [](j_common_ptr cinfo) { self(cinfo).between_pieces(); };
    if (!guarded([this] { jpeg_create_decompress(&cinfo_); })) throw_error();
    cinfo_.client_data = this;
    cinfo_.src = &source_;
    cinfo_.progress = &progress_;
    try {
      open(reduction);
    } catch (...) {
      jpeg_destroy_decompress(&cinfo_);
      throw;
    }
  }

  ~JpegPicture() override {
    image_.reset();  // it reads from here
    jpeg_destroy_decompress(&cinfo_);
  }

  VipsImage* image() override { return image_.get(); }

  [[noreturn]] void throw_error() override {
    if (exception_) std::rethrow_exception(exception_);
    if (!failure_.empty()) throw_undecodable(PictureFormat::jpeg, where_, is_at_end_, failure_);
    throw_undecodable(PictureFormat::jpeg, where_, false, take_vips_error());
  }

  void finish(std::vector<std::string>& notes) override {
    // All blocks were decoded; what goes wrong from here on says at most that they were not understood.
    has_all_rows_ = true;
    if (!guarded([this] { jpeg_finish_decompress(&cinfo_); })) {
      if (exception_ || is_fatal_) throw_error();
      faults_.add(failure_, JpegFault::harmless);
    }
    if (is_at_end_) faults_.add("no end marker", JpegFault::harmless);
    for (std::string& note : faults_.notes()) notes.push_back(std::move(note));
  }

 private:
  static JpegPicture& self(j_common_ptr cinfo) { return *static_cast<JpegPicture*>(cinfo->client_data); }
  static JpegPicture& self(j_decompress_ptr cinfo) { return self(reinterpret_cast<j_common_ptr>(cinfo)); }

  // Runs calls of libjpeg; false when it gave up, and then failure_ or exception_ says why. What `call` holds must be
  // free of destructors: libjpeg leaves by longjmp.
  template <typename Call>
  bool guarded(Call call) {
    if (setjmp(jump_) != 0) return false;
    call();
    return true;
  }

  [[noreturn]] void give_up() { longjmp(jump_, 1); }

  static std::string message(j_common_ptr cinfo) {
    std::array<char, JMSG_LENGTH_MAX> text;
    cinfo->err->format_message(cinfo, text.data());
    return text.data();
  }

  void set_up_errors() {
    cinfo_.err = jpeg_std_error(&errors_);
    cinfo_.client_data = this;
    errors_.error_exit = [](j_common_ptr cinfo) {
      self(cinfo).failure_ = message(cinfo);
      self(cinfo).give_up();
    };
    errors_.emit_message = [](j_common_ptr cinfo, int level) {
      if (level < 0) {
        self(cinfo).on_warning();
      } else {
        self(cinfo).on_trace();
      }
    };
    errors_.output_message = [](j_common_ptr) {};
  }

  void on_warning() {
    failure_ = message(reinterpret_cast<j_common_ptr>(&cinfo_));
    SkippedBytes skipped;
    if (cinfo_.err->msg_code == JWRN_EXTRANEOUS_DATA) {
      skipped = {.are_after_pixels = is_after_pixels_,
                 .are_zeros = has_skipped_zeros(cinfo_.err->msg_parm.i[0]),
                 .were_some_before = faults_.has_doubtful()};
    }
    JpegFault fault = fault_of_warning(&cinfo_, skipped);
    is_fatal_ = fault == JpegFault::fatal;
    if (exception_ || is_fatal_) give_up();
    faults_.add(failure_, fault);
    failure_.clear();
  }

  // Where the bytes FF before `end` begin, those of a marker.
  int64_t start_of_fill(int64_t end) {
    while (end > 0) {
      const int64_t start = std::max<int64_t>(end - PictureBytes::kViewBytes, 0);
      const auto piece = bytes_.copy(start, end - start);  // a view would end libjpeg's
      const auto last = std::find_if(piece.rbegin(), piece.rend(), [](std::byte b) { return b != std::byte{0xFF}; });
      end -= last - piece.rbegin();
      if (last != piece.rend()) break;
    }
    return end;
  }

  // Whether the last `count` bytes before the marker just read are all 0.
  bool has_skipped_zeros(int64_t count) {
    try {
      const int64_t end = start_of_fill(offset_ - static_cast<int64_t>(source_.bytes_in_buffer));
      for (int64_t at = std::max<int64_t>(end - count, 0); at < end; at += PictureBytes::kViewBytes) {
        const auto piece = bytes_.copy(at, std::min(end - at, PictureBytes::kViewBytes));
        if (!std::ranges::all_of(piece, [](std::byte b) { return b == std::byte{0}; })) return false;
      }
      return true;
    } catch (...) {
      exception_ = std::current_exception();
      return false;
    }
  }

  // libjpeg tells of every segment it reads, so that one knows whether what it skipped stood behind pixels.
  void on_trace() {
    const int code = cinfo_.err->msg_code;
    if (code == JTRC_SOS_PARAMS) on_scan();
    if (code != JTRC_RST && code != JTRC_SOS_PARAMS) is_after_pixels_ = false;
  }

  void on_scan() {
    for (int i = 0; i < cinfo_.comps_in_scan; ++i) {
      scanned_.at(static_cast<size_t>(cinfo_.cur_comp_info[i]->component_index)) = true;
    }
    is_after_pixels_ = true;
    if (++scans_ <= kMaxScans) return;
    failure_ = "more than " + std::to_string(kMaxScans) + " scans";
    give_up();
  }

  void set_up_source() {
    source_.init_source = [](j_decompress_ptr) {};
    source_.term_source = [](j_decompress_ptr) {};
    source_.resync_to_restart = jpeg_resync_to_restart;
    source_.fill_input_buffer = [](j_decompress_ptr cinfo) -> boolean {
      self(cinfo).fill();
      return TRUE;
    };
    source_.skip_input_data = [](j_decompress_ptr cinfo, long count) { self(cinfo).skip(count); };
  }

  // At every row of blocks, also of scans that take a few bytes for a whole picture.
  void between_pieces() {
    try {
      bytes_.between_pieces();
    } catch (...) {
      exception_ = std::current_exception();
    }
    if (exception_) give_up();
  }

  void fill() {
    std::span<const std::byte> view;
    try {
      view = bytes_.view(offset_, PictureBytes::kViewBytes);
    } catch (...) {
      exception_ = std::current_exception();
    }
    if (exception_) give_up();
    if (view.empty()) {
      // Where the file ends a marker stands instead, at which libjpeg stops and says so if it still lacks anything.
      // Arithmetic decoding lacks nothing: past a marker it reads zeros.
      is_at_end_ = true;
      if (cinfo_.arith_code && !has_all_rows_) {
        failure_ = "premature end of JPEG file";
        give_up();
      }
      source_.next_input_byte = kEndMarker.data();
      source_.bytes_in_buffer = kEndMarker.size();
      return;
    }
    offset_ += static_cast<int64_t>(view.size());
    source_.next_input_byte = reinterpret_cast<const JOCTET*>(view.data());
    source_.bytes_in_buffer = view.size();
  }

  void skip(long count) {
    if (count <= 0) return;
    const auto bytes = static_cast<size_t>(count);
    if (bytes <= source_.bytes_in_buffer) {
      source_.next_input_byte += bytes;
      source_.bytes_in_buffer -= bytes;
    } else {
      offset_ += static_cast<int64_t>(bytes - source_.bytes_in_buffer);
      source_.bytes_in_buffer = 0;
    }
  }

  void open(int reduction) {
    if (!guarded([this] { jpeg_read_header(&cinfo_, TRUE); })) throw_error();
    const int64_t width = cinfo_.image_width;
    const int64_t height = cinfo_.image_height;
    if (width != header_.width || height != header_.height) {
      throw Error(Code::image_damaged, where_ + ": the file gives two sizes, " +
                                           size_text(header_.width, header_.height) + " and " +
                                           size_text(width, height));
    }
    if (cinfo_.arith_code && reduction > 1) {
      throw Error(Code::image_too_large, where_ + ": the picture is " + size_text(width, height) +
                                             " and its JPEG file arithmetic-coded; such files are read up to 64 "
                                             "million pixels. Save it with Huffman coding");
    }
    const bool has_several_scans = jpeg_has_multiple_scans(&cinfo_) != 0;
    if (has_several_scans) {
      check_whole_picture(header_, coefficient_bytes(), cinfo_.progressive_mode ? "progressive" : "in several scans",
                          where_);
    }
    cinfo_.scale_num = 1;
    cinfo_.scale_denom = static_cast<unsigned>(reduction);
    if (!guarded([this] { jpeg_start_decompress(&cinfo_); })) throw_error();
    check_components();
    make_image();
  }

  // What libjpeg allots for files of several scans: all blocks, padded to whole units of the sampling.
  int64_t coefficient_bytes() const {
    int64_t blocks = 0;
    for (int i = 0; i < cinfo_.num_components; ++i) {
      const jpeg_component_info& component = cinfo_.comp_info[i];
      blocks += (int64_t{component.width_in_blocks} + component.h_samp_factor) *
                (int64_t{component.height_in_blocks} + component.v_samp_factor);
    }
    return blocks * DCTSIZE2 * static_cast<int64_t>(sizeof(JCOEF));
  }

  // A component of which no scan came would be painted grey, without a warning.
  void check_components() {
    for (int i = 0; i < cinfo_.num_components; ++i) {
      bool is_whole = scanned_.at(static_cast<size_t>(i));
      if (cinfo_.progressive_mode) {
        const int* const missing_bits = cinfo_.coef_bits[i];  // -1: no scan has had the coefficient
        is_whole = is_whole && missing_bits[0] >= 0;
        // Scans may have got lost with the end of the file.
        for (int k = 0; is_at_end_ && k < DCTSIZE2; ++k) is_whole = is_whole && missing_bits[k] == 0;
      }
      if (is_whole) continue;
      failure_ = "not all of component " + std::to_string(i + 1) + " is in the file";
      throw_error();
    }
  }

  void make_image() {
    const int bands = cinfo_.output_components;
    auto interpretation = VIPS_INTERPRETATION_sRGB;
    if (cinfo_.out_color_space == JCS_GRAYSCALE) interpretation = VIPS_INTERPRETATION_B_W;
    if (cinfo_.out_color_space == JCS_CMYK) {
      interpretation = VIPS_INTERPRETATION_CMYK;
      is_inverted_ = true;  // as Adobe's programs began to: 255 is no ink
    }
    if (bands == 2 || bands > 4) {  // two would be taken for grey with transparency, which JPEG has not
      throw Error(Code::image_unsupported,
                  where_ + ": JPEG files with " + std::to_string(bands) + " channels are not read; save it as RGB");
    }
    image_.reset(vips_image_new());
    vips_image_init_fields(image_.get(), static_cast<int>(cinfo_.output_width), static_cast<int>(cinfo_.output_height),
                           bands, VIPS_FORMAT_UCHAR, VIPS_CODING_NONE, interpretation, 1.0, 1.0);
    const auto generate = [](VipsRegion* region, void*, void* picture, void*, gboolean*) {
      return static_cast<JpegPicture*>(picture)->read_rows(region) ? 0 : -1;
    };
    if (vips_image_pipelinev(image_.get(), VIPS_DEMAND_STYLE_THINSTRIP, nullptr) != 0 ||
        vips_image_generate(image_.get(), nullptr, generate, nullptr, this, nullptr) != 0) {
      throw_error();
    }
  }

  bool read_rows(VipsRegion* region) {
    const VipsRect& rows = region->valid;
    if (rows.left != 0 || rows.width != image_->Xsize || rows.top != static_cast<int>(cinfo_.output_scanline)) {
      failure_ = "rows were asked for out of order";
      return false;
    }
    return guarded([&] {
      for (int y = rows.top; y < rows.top + rows.height; ++y) {
        JSAMPROW row = VIPS_REGION_ADDR(region, 0, y);
        jpeg_read_scanlines(&cinfo_, &row, 1);
        if (!is_inverted_) continue;
        const int64_t samples = int64_t{rows.width} * image_->Bands;
        for (int64_t i = 0; i < samples; ++i) row[i] = static_cast<JSAMPLE>(255 - row[i]);
      }
    });
  }

  PictureBytes& bytes_;
  PictureHeader header_;
  std::string where_;
  int64_t offset_ = 0;  // of what is read next

  jpeg_decompress_struct cinfo_ = {};
  jpeg_error_mgr errors_ = {};
  jpeg_source_mgr source_ = {};
  jpeg_progress_mgr progress_ = {};
  std::jmp_buf jump_ = {};

  std::string failure_;
  std::exception_ptr exception_;
  bool is_fatal_ = false;  // a warning was
  JpegFaults faults_;
  std::array<bool, MAX_COMPONENTS> scanned_ = {};
  int scans_ = 0;
  bool is_at_end_ = false;        // of the file, and libjpeg wanted more
  bool is_after_pixels_ = false;  // what libjpeg reads next stands behind a scan, or a part of one
  bool has_all_rows_ = false;
  bool is_inverted_ = false;
  VipsImagePtr image_;
};

}  // namespace

std::unique_ptr<PictureDecoder> open_jpeg(PictureBytes& bytes, const PictureHeader& header, int reduction,
                                          const std::string& where) {
  return std::make_unique<JpegPicture>(bytes, header, reduction, where);
}

}  // namespace redraw
