// What a ZIP archive holds, of the kind that torch.save writes: hostile bytes in, checked entries out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weights/torch/zip_input.h"

namespace redraw {

struct ZipEntry {
  std::string name;
  uint64_t data_begin;  ///< where its bytes begin in the file: they are stored as they are
  uint64_t size;        ///< bytes
  uint32_t crc;         ///< CRC-32 of the bytes; see check_zip_crc
};

/// Reads the directory of an archive (PKWARE's APPNOTE 6.3.10, with ZIP64). Compares it with what stands before each
/// entry, so that no other reader of the same file can see another list. Accepts only what torch's writer and plain
/// ones for stored entries use:
/// - nothing compressed or encrypted, one disk, no comments, no extra fields but ZIP64 and torch's padding "FB";
/// - the entries fill the file from its first byte to the directory, and the file ends with it;
/// - names are relative paths without empty parts, "." or "..", distinct even when upper and lower case are the same.
/// `where` names the file in messages. Returns the entries sorted by name (bytewise).
/// Throws Error: zip_damaged, zip_inconsistent, zip_unsupported, zip_too_large; what `read` throws.
std::vector<ZipEntry> read_zip_directory(uint64_t file_size, const ReadAt& read, std::string_view where);

/// The entry of that name among those; nullptr when there is none.
const ZipEntry* find_zip_entry(std::span<const ZipEntry> sorted, std::string_view name);

/// Reads the whole entry. Throws Error(zip_damaged) unless its CRC-32 is what the archive says.
void check_zip_crc(const ZipEntry& entry, const ReadAt& read, std::string_view where);

}  // namespace redraw
