// Builds ZIP archives of stored entries for tests, as torch.save writes them or with chosen wrong fields.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include <zlib.h>

#include "support/pickle_bytes.h"

namespace redraw {

inline uint32_t crc_of(std::string_view bytes) {
  return static_cast<uint32_t>(
      ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

/// One record with fields of fixed sizes. The bytes at an offset can be replaced.
struct ZipRecord {
  std::string bytes;

  ZipRecord& add(uint64_t value, size_t size) {
    bytes += pickle::number(value, size);
    return *this;
  }
  void set(size_t at, uint64_t value, size_t size) { bytes.replace(at, size, pickle::number(value, size)); }
};

struct ZipPart {
  std::string name;
  std::string data;
  bool has_descriptor = true;  ///< as torch writes; otherwise the local header has the sizes
  bool is_zip64 = false;       ///< sizes and offset in ZIP64 fields, as torch does beyond 4 GiB
  /// For wrong fields: these are called with the finished records.
  std::function<void(ZipRecord& local)> change_local = nullptr;
  std::function<void(ZipRecord& central)> change_central = nullptr;
  std::function<void(ZipRecord& descriptor)> change_descriptor = nullptr;
  std::string before = "";  ///< bytes that no entry owns
};

struct ZipOptions {
  bool has_end64 = true;
  std::string before_directory = "";
  std::string after_directory = "";
  std::string after_end = "";
  std::function<void(ZipRecord& end)> change_end = nullptr;
  std::function<void(ZipRecord& end64)> change_end64 = nullptr;
  std::function<void(ZipRecord& locator)> change_locator = nullptr;
};

// Offsets of fields for change_...: in the local header.
namespace zip_local {
inline constexpr size_t kSignature = 0, kVersion = 4, kFlags = 6, kMethod = 8, kCrc = 14, kStored = 18, kSize = 22,
                        kNameBytes = 26, kExtraBytes = 28, kName = 30;
}
namespace zip_central {
inline constexpr size_t kSignature = 0, kVersion = 6, kFlags = 8, kMethod = 10, kCrc = 16, kStored = 20, kSize = 24,
                        kNameBytes = 28, kExtraBytes = 30, kCommentBytes = 32, kDisk = 34, kBegin = 42, kName = 46;
}
namespace zip_end {
inline constexpr size_t kSignature = 0, kDisk = 4, kEntriesHere = 8, kEntries = 10, kBytes = 12, kBegin = 16,
                        kCommentBytes = 20;
}
namespace zip_end64 {
inline constexpr size_t kSignature = 0, kRecordBytes = 4, kDisk = 16, kEntriesHere = 24, kEntries = 32, kBytes = 40,
                        kBegin = 48;
}
namespace zip_locator {
inline constexpr size_t kSignature = 0, kDisk = 4, kBegin = 8, kDisks = 16;
}

inline std::string zip_bytes(const std::vector<ZipPart>& parts, const ZipOptions& options = {}) {
  std::string file;
  std::string directory;
  for (const ZipPart& part : parts) {
    file += part.before;
    const uint64_t begin = file.size();
    const uint32_t crc = crc_of(part.data);
    const uint64_t size = part.data.size();
    const uint16_t flags = part.has_descriptor ? 0x0808 : 0x0800;
    const std::string extra =
        part.is_zip64 ? ZipRecord{}.add(1, 2).add(24, 2).add(size, 8).add(size, 8).add(begin, 8).bytes : "";
    const auto small = [&](uint64_t value) { return part.is_zip64 ? 0xFFFFFFFF : value; };

    ZipRecord local;
    local.add(0x04034B50, 4).add(0, 2).add(flags, 2).add(0, 2).add(0, 4);
    local.add(part.has_descriptor ? 0 : crc, 4);
    local.add(part.has_descriptor ? 0 : small(size), 4).add(part.has_descriptor ? 0 : small(size), 4);
    local.add(part.name.size(), 2);
    const size_t padding = 64 - (begin + 30 + part.name.size() + extra.size() + 4) % 64;
    local.add(extra.size() + 4 + padding, 2);
    local.bytes += part.name + extra;
    local.bytes += pickle::join("FB", pickle::number(padding, 2), std::string(padding, 'Z'));
    if (part.change_local) part.change_local(local);
    file += local.bytes;
    file += part.data;
    if (part.has_descriptor) {
      ZipRecord descriptor;
      const size_t width = part.is_zip64 ? 8 : 4;
      descriptor.add(0x08074B50, 4).add(crc, 4).add(size, width).add(size, width);
      if (part.change_descriptor) part.change_descriptor(descriptor);
      file += descriptor.bytes;
    }

    ZipRecord central;
    central.add(0x02014B50, 4).add(0, 2).add(0, 2).add(flags, 2).add(0, 2).add(0, 4).add(crc, 4);
    central.add(small(size), 4).add(small(size), 4).add(part.name.size(), 2).add(extra.size(), 2);
    central.add(0, 2).add(0, 2).add(0, 2).add(0, 4).add(small(begin), 4);
    central.bytes += part.name + extra;
    if (part.change_central) part.change_central(central);
    directory += central.bytes;
  }
  file += options.before_directory;
  const uint64_t directory_begin = file.size();
  file += directory;
  file += options.after_directory;
  if (options.has_end64) {
    const uint64_t begin = file.size();
    ZipRecord end64;
    end64.add(0x06064B50, 4).add(44, 8).add(0x031E, 2).add(45, 2).add(0, 4).add(0, 4);
    end64.add(parts.size(), 8).add(parts.size(), 8).add(directory.size(), 8).add(directory_begin, 8);
    if (options.change_end64) options.change_end64(end64);
    file += end64.bytes;
    ZipRecord locator;
    locator.add(0x07064B50, 4).add(0, 4).add(begin, 8).add(1, 4);
    if (options.change_locator) options.change_locator(locator);
    file += locator.bytes;
  }
  ZipRecord end;
  end.add(0x06054B50, 4).add(0, 4).add(parts.size(), 2).add(parts.size(), 2);
  end.add(directory.size(), 4).add(directory_begin, 4).add(0, 2);
  if (options.change_end) options.change_end(end);
  file += end.bytes;
  return file + options.after_end;
}

/// The parts of a checkpoint: the pickle and storages "0", "1", ...
inline std::vector<ZipPart> torch_parts(std::string_view pickle, const std::vector<std::string>& storages) {
  std::vector<ZipPart> parts = {{.name = "m/data.pkl", .data = std::string(pickle)},
                                {.name = "m/byteorder", .data = "little"}};
  for (size_t i = 0; i < storages.size(); ++i) {
    parts.push_back({.name = "m/data/" + std::to_string(i), .data = storages[i]});
  }
  parts.push_back({.name = "m/version", .data = "3\n"});
  return parts;
}
inline std::string torch_bytes(std::string_view pickle, const std::vector<std::string>& storages) {
  return zip_bytes(torch_parts(pickle, storages));
}

}  // namespace redraw
