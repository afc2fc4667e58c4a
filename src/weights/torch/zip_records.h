// The fixed records of a ZIP archive, field by field; internal to weights.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "weights/torch/zip_input.h"

namespace redraw {

inline constexpr uint32_t kLocalSignature = 0x04034B50;
inline constexpr uint32_t kDescriptorSignature = 0x08074B50;
inline constexpr uint32_t kCentralSignature = 0x02014B50;
inline constexpr uint32_t kEndSignature = 0x06054B50;
inline constexpr uint32_t kEnd64Signature = 0x06064B50;
inline constexpr uint32_t kLocatorSignature = 0x07064B50;

inline constexpr uint64_t kLocalBytes = 30;
inline constexpr uint64_t kCentralBytes = 46;
inline constexpr uint64_t kEndBytes = 22;
inline constexpr uint64_t kEnd64Bytes = 56;
inline constexpr uint64_t kLocatorBytes = 20;

inline constexpr uint16_t kFlagEncrypted = 0x0001;
inline constexpr uint16_t kFlagDescriptor = 0x0008;  ///< sizes and CRC stand behind the bytes
inline constexpr uint16_t kFlagUtf8 = 0x0800;
inline constexpr uint32_t kInZip64 = 0xFFFFFFFF;  ///< a field of 32 bits whose value is in the ZIP64 extra field

/// Little-endian numbers one after another. Throws Error(zip_damaged) beyond the end.
class ZipFields {
 public:
  ZipFields(std::span<const std::byte> bytes, std::string_view where) : bytes_(bytes), where_(where) {}

  uint16_t u16() { return static_cast<uint16_t>(number(2)); }
  uint32_t u32() { return static_cast<uint32_t>(number(4)); }
  uint64_t u64() { return number(8); }
  std::span<const std::byte> take(uint64_t count);
  std::string text(uint64_t count);
  uint64_t left() const { return bytes_.size(); }

 private:
  uint64_t number(size_t count);

  std::span<const std::byte> bytes_;
  std::string_view where_;
};

/// Where the central directory lies, from the records at the end of the file.
struct ZipEnd {
  uint64_t entries;
  uint64_t directory_begin;
  uint64_t directory_bytes;
};
/// Throws Error as read_zip_directory.
ZipEnd read_zip_end(uint64_t file_size, const ReadAt& read, std::string_view where);

/// The extra fields of an entry: the content of the ZIP64 one, empty when there is none. is_local: torch's padding is
/// allowed. Throws Error: zip_damaged, zip_inconsistent (twice), zip_unsupported (another field).
std::span<const std::byte> zip64_extra(std::span<const std::byte> extra, bool is_local, std::string_view where);

}  // namespace redraw
