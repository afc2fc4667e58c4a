#include "image/png_chunks.h"

#include <algorithm>
#include <cstring>
#include <zlib.h>

#include "image/decode/picture_bytes.h"
#include "image/decode/picture_format.h"

namespace redraw {
namespace {

void append(std::vector<std::byte>& to, std::span<const std::byte> bytes) {
  const size_t before = to.size();
  to.resize(before + bytes.size());  // g++ 12 warns of insert() here, wrongly
  std::ranges::copy(bytes, to.begin() + static_cast<std::ptrdiff_t>(before));
}

void append_u32_be(std::vector<std::byte>& to, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) to.push_back(static_cast<std::byte>(value >> shift));
}

}  // namespace

bool has_png_signature(std::span<const std::byte> bytes) {
  return bytes.size() >= kPngSignature.size() &&
         std::memcmp(bytes.data(), kPngSignature.data(), kPngSignature.size()) == 0;
}

PngChunkReader::PngChunkReader(std::span<const std::byte> bytes, std::string where)
    : rest_(bytes.subspan(kPngSignature.size())), where_(std::move(where)) {}

std::optional<PngChunk> PngChunkReader::next() {
  if (ended_) return std::nullopt;
  constexpr size_t kOverhead = kPngChunkOverhead;
  const size_t length = rest_.size() >= kOverhead ? read_u32_be(rest_, 0) : 0;
  if (rest_.size() < kOverhead || length > rest_.size() - kOverhead) {
    throw_truncated(PictureFormat::png, where_);
  }
  PngChunk chunk;
  chunk.whole = rest_.first(length + kOverhead);
  chunk.type = {reinterpret_cast<const char*>(chunk.whole.data()) + 4, 4};
  chunk.data = chunk.whole.subspan(8, length);
  chunk.crc = read_u32_be(chunk.whole, 8 + length);
  rest_ = rest_.subspan(chunk.whole.size());
  ended_ = chunk.type == "IEND";
  return chunk;
}

uint32_t png_chunk_crc(std::string_view type, std::span<const std::byte> data) {
  uLong crc = crc32(0, reinterpret_cast<const Bytef*>(type.data()), static_cast<uInt>(type.size()));
  crc = crc32_z(crc, reinterpret_cast<const Bytef*>(data.data()), data.size());
  return static_cast<uint32_t>(crc);
}

void append_png_chunk(std::vector<std::byte>& png, std::string_view type, std::span<const std::byte> data) {
  append_u32_be(png, static_cast<uint32_t>(data.size()));
  append(png, std::as_bytes(std::span(type)));
  append(png, data);
  append_u32_be(png, png_chunk_crc(type, data));
}

}  // namespace redraw
