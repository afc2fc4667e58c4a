#include "image/decode/bounded_inflate.h"

#include <algorithm>
#include <limits>
#include <zlib.h>

#include "base/error.h"

namespace redraw {
namespace {

class Inflater {
 public:
  Inflater() {
    if (inflateInit(&stream_) != Z_OK) throw Error(Code::out_of_memory, "zlib does not start");
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  Inflated run(std::span<const std::byte> compressed, int64_t max_bytes) {
    constexpr size_t kPiece = 16384;
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(compressed.data()));
    stream_.avail_in = static_cast<uInt>(std::min<size_t>(compressed.size(), std::numeric_limits<uInt>::max()));
    Inflated inflated;
    int status = Z_OK;
    while (status != Z_STREAM_END) {
      const size_t before = inflated.bytes.size();
      inflated.bytes.resize(before + kPiece);
      stream_.next_out = reinterpret_cast<Bytef*>(inflated.bytes.data() + before);
      stream_.avail_out = kPiece;
      status = inflate(&stream_, Z_NO_FLUSH);
      if (status != Z_OK && status != Z_STREAM_END) return {InflateStatus::damaged, {}};
      inflated.bytes.resize(before + kPiece - stream_.avail_out);
      if (std::ssize(inflated.bytes) > max_bytes) return {InflateStatus::too_long, {}};
    }
    return inflated;
  }

 private:
  z_stream stream_ = {};
};

}  // namespace

Inflated bounded_inflate(std::span<const std::byte> compressed, int64_t max_bytes) {
  return Inflater().run(compressed, max_bytes);
}

}  // namespace redraw
