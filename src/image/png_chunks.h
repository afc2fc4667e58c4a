// The chunks of a PNG file (PNG specification, third edition, section 5), walked without decoding a pixel.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace redraw {

inline constexpr std::array<uint8_t, 8> kPngSignature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

/// Around the data of a chunk: its length and type before it, and those and the CRC in all.
inline constexpr int64_t kPngChunkStart = 8;
inline constexpr int64_t kPngChunkOverhead = 12;

bool has_png_signature(std::span<const std::byte> bytes);

/// Views into the file.
struct PngChunk {
  std::string_view type;            ///< four letters, "IHDR"
  std::span<const std::byte> data;  ///< without length, type and CRC
  std::span<const std::byte> whole;
  uint32_t crc = 0;  ///< as stored, not yet compared
};

/// Hands out one chunk after the other, up to and including IEND; what follows IEND is not looked at.
/// Throws Error(image_truncated) when the file ends before IEND. `where` names the file in messages.
class PngChunkReader {
 public:
  /// bytes must start with the PNG signature.
  PngChunkReader(std::span<const std::byte> bytes, std::string where);
  std::optional<PngChunk> next();

 private:
  std::span<const std::byte> rest_;
  std::string where_;
  bool ended_ = false;
};

/// CRC-32 over type and data, as the chunk should carry it.
uint32_t png_chunk_crc(std::string_view type, std::span<const std::byte> data);

/// Appends one chunk: length, type, data, CRC.
void append_png_chunk(std::vector<std::byte>& png, std::string_view type, std::span<const std::byte> data);

}  // namespace redraw
