#include "weights/torch/zip_records.h"

#include <array>

#include "base/error.h"

namespace redraw {
namespace {

Error error(Code code, std::string_view where, std::string_view what) {
  return Error(code, std::string(where) + ": " + std::string(what));
}

}  // namespace

std::span<const std::byte> ZipFields::take(uint64_t count) {
  if (count > bytes_.size()) throw error(Code::zip_damaged, where_, "the ZIP archive's directory is cut short");
  const auto taken = bytes_.first(static_cast<size_t>(count));
  bytes_ = bytes_.subspan(taken.size());
  return taken;
}

std::string ZipFields::text(uint64_t count) {
  const auto taken = take(count);
  return std::string(reinterpret_cast<const char*>(taken.data()), taken.size());
}

uint64_t ZipFields::number(size_t count) {
  uint64_t value = 0;
  int shift = 0;
  for (std::byte b : take(count)) {
    value |= static_cast<uint64_t>(b) << shift;
    shift += 8;
  }
  return value;
}

namespace {

struct Counts {
  uint64_t entries_here;
  uint64_t entries;
  uint64_t bytes;
  uint64_t begin;
};

/// The ZIP64 end record, which stands with its locator right before the plain one; false when there is none.
bool read_end64(uint64_t end_begin, const ReadAt& read, std::string_view where, Counts& counts) {
  if (end_begin < kLocatorBytes + kEnd64Bytes) return false;
  const uint64_t record_begin = end_begin - kLocatorBytes - kEnd64Bytes;
  std::array<std::byte, kEnd64Bytes + kLocatorBytes> bytes;
  read(record_begin, bytes);
  const std::span<const std::byte> all(bytes);
  ZipFields locator(all.subspan(kEnd64Bytes), where);
  if (locator.u32() != kLocatorSignature) return false;
  const uint32_t disk = locator.u32();
  const uint64_t claimed_begin = locator.u64();
  const uint32_t disks = locator.u32();
  // Python's zipfile says 1 disk, and so does torch.
  if (disk != 0 || disks != 1) throw error(Code::zip_unsupported, where, "is a ZIP archive on several disks");
  ZipFields record(all, where);
  if (claimed_begin != record_begin || record.u32() != kEnd64Signature) {
    throw error(Code::zip_inconsistent, where, "its ZIP64 end record is not where the archive says");
  }
  constexpr uint64_t kRest = kEnd64Bytes - 12;  // its size does not count its own field and what is before it
  if (record.u64() != kRest) {
    throw error(Code::zip_unsupported, where, "its ZIP64 end record has a part that torch.save never writes");
  }
  record.u32();  // versions
  if (record.u32() != 0 || record.u32() != 0) {
    throw error(Code::zip_unsupported, where, "is a ZIP archive on several disks");
  }
  counts.entries_here = record.u64();
  counts.entries = record.u64();
  counts.bytes = record.u64();
  counts.begin = record.u64();
  return true;
}

}  // namespace

ZipEnd read_zip_end(uint64_t file_size, const ReadAt& read, std::string_view where) {
  std::array<std::byte, kEndBytes> bytes;
  if (file_size >= kEndBytes) read(file_size - kEndBytes, bytes);
  ZipFields end(bytes, where);
  if (file_size < kEndBytes || end.u32() != kEndSignature) {
    throw error(Code::zip_damaged, where,
                "does not end as a ZIP archive does; it is cut short or something was added: fetch it again, or, "
                "where PyTorch still loads it, save it again with torch.save");
  }
  if (end.u16() != 0 || end.u16() != 0) {
    throw error(Code::zip_unsupported, where, "is a ZIP archive on several disks");
  }
  Counts plain{};
  plain.entries_here = end.u16();
  plain.entries = end.u16();
  plain.bytes = end.u32();
  plain.begin = end.u32();
  if (end.u16() != 0) throw error(Code::zip_inconsistent, where, "the archive announces a comment that is not there");

  const uint64_t end_begin = file_size - kEndBytes;
  Counts counts = plain;
  uint64_t directory_end = end_begin;
  if (read_end64(end_begin, read, where, counts)) {
    directory_end = end_begin - kLocatorBytes - kEnd64Bytes;
    const auto agree = [](uint64_t small, uint64_t large, uint64_t elsewhere) {
      return small == large || small == elsewhere;
    };
    if (!agree(plain.entries_here, counts.entries_here, 0xFFFF) || !agree(plain.entries, counts.entries, 0xFFFF) ||
        !agree(plain.bytes, counts.bytes, kInZip64) || !agree(plain.begin, counts.begin, kInZip64)) {
      throw error(Code::zip_inconsistent, where, "the archive's two end records contradict each other");
    }
  }
  if (counts.entries_here != counts.entries) {
    throw error(Code::zip_inconsistent, where, "the archive counts its entries in two ways");
  }
  if (counts.entries > kMaxZipEntries || counts.bytes > kMaxZipDirectoryBytes) {
    throw error(Code::zip_too_large, where,
                "the archive has more than " + std::to_string(kMaxZipEntries) + " entries or " +
                    std::to_string(kMaxZipDirectoryBytes) + " bytes of directory");
  }
  if (counts.bytes > directory_end || counts.begin != directory_end - counts.bytes) {
    throw error(Code::zip_inconsistent, where,
                "the archive's directory is not where its end record says; bytes are missing or were added");
  }
  return {counts.entries, counts.begin, counts.bytes};
}

std::span<const std::byte> zip64_extra(std::span<const std::byte> extra, bool is_local, std::string_view where) {
  constexpr uint16_t kZip64 = 0x0001;
  constexpr uint16_t kTorchPadding = 0x4246;  // "FB": makes storages begin at multiples of 64
  std::span<const std::byte> zip64;
  ZipFields fields(extra, where);
  while (fields.left() > 0) {
    const uint16_t id = fields.u16();
    const auto content = fields.take(fields.u16());
    if (id == kZip64) {
      if (!zip64.empty()) throw error(Code::zip_inconsistent, where, "an entry has two ZIP64 fields");
      if (content.empty()) throw error(Code::zip_inconsistent, where, "an entry has an empty ZIP64 field");
      zip64 = content;
    } else if (id != kTorchPadding || !is_local) {
      throw error(Code::zip_unsupported, where, "an entry has an extra field that torch.save never writes");
    }
  }
  return zip64;
}

}  // namespace redraw
