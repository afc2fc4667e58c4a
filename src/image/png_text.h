// Text stored beside the pixels of a PNG file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace redraw {

/// Keyword and text, both UTF-8.
using PngText = std::vector<std::pair<std::string, std::string>>;

inline constexpr int64_t kMaxPngTextBytes = int64_t{1} << 20;  ///< of one text, expanded
inline constexpr int64_t kMaxPngTexts = 64;

/// Every tEXt, zTXt and iTXt chunk of a PNG file in its order, wherever in the file it stands. tEXt and zTXt are
/// Latin-1 by the specification. Many programs put UTF-8 there, so what is valid UTF-8 is taken as that.
/// Throws Error: image_not_recognised (not a PNG), image_truncated, image_damaged (CRC, compression, layout),
/// image_too_large (a text of more than 1 MiB when expanded, or more than 64 texts).
PngText read_png_text(std::span<const std::byte> png, const std::string& where);

/// The same of a file, of which nothing but chunk headers and texts is read. Also throws file_not_found, not_a_file,
/// file_unreadable, file_changed.
PngText read_png_text_file(const std::filesystem::path& path);

/// Appends a text chunk: tEXt where the text is printable ASCII with line feeds, which every reader understands, else
/// uncompressed iTXt. Throws Error(internal) for a keyword that is not 1 to 79 printable ASCII characters without a
/// space at either end, a text that is not UTF-8 or holds a NUL, or one of more than 1 MiB.
void append_png_text(std::vector<std::byte>& png, const std::string& keyword, const std::string& text);

}  // namespace redraw
