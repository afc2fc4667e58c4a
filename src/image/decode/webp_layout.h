// What a WebP file says beside its pixels.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "image/decode/picture_bytes.h"
#include "image/decode/picture_metadata.h"

namespace redraw {

/// Before the data of a chunk: its name and length.
inline constexpr int64_t kWebpChunkStart = 8;

/// What a walk over the chunks finds (RFC 9649, 2.7), without decoding a pixel.
struct WebpLayout {
  struct Chunk {
    int64_t offset = 0;  // of its name
    int64_t bytes = 0;   // of its data
  };
  std::vector<Chunk> chunks;  ///< those that decide the pixels of the first frame, in the order of a sound file
  bool is_lossless = false;
  bool has_alpha_chunk = false;
  bool is_cut = false;  ///< the file is shorter than its header says
  PictureMetadata metadata;
};

/// Chunks beside the pixels that are cut or too long are passed over with a note; so is a length in the RIFF header
/// that is not the file's. Throws Error: image_truncated (a chunk of pixels is cut or missing), image_damaged.
WebpLayout read_webp_layout(PictureBytes& bytes, const std::string& where);

}  // namespace redraw
