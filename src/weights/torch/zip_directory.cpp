#include "weights/torch/zip_directory.h"

#include <algorithm>
#include <array>
#include <utility>
#include <zlib.h>

#include "base/ascii.h"
#include "base/error.h"
#include "base/utf8.h"
#include "weights/shown_text.h"
#include "weights/torch/zip_records.h"

namespace redraw {
namespace {

/// An entry as the central directory describes it.
struct Listed {
  ZipEntry entry;
  uint16_t flags;
  uint64_t begin;  // of its local header
};

/// Messages about one entry.
class Complaint {
 public:
  Complaint(std::string_view where, std::string_view name) : where_(where), name_(name) {}
  Error operator()(Code code, std::string_view what) const {
    return Error(code, std::string(where_) + ": entry " + shown_text(name_) + " " + std::string(what));
  }

 private:
  std::string_view where_;
  std::string_view name_;
};

/// True for a relative path that means the same to every reader.
bool is_plain_path(std::string_view name) {
  if (name.empty() || name.size() > kMaxZipNameBytes || !is_utf8(name)) return false;
  const auto is_forbidden = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '\\'; };
  if (std::any_of(name.begin(), name.end(), is_forbidden)) return false;
  if (name.size() >= 2 && name[1] == ':') return false;  // a drive
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view part = name.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return false;
    begin = end + 1;
  }
  return true;
}

void check_flags(uint16_t flags, uint16_t method, uint16_t version_needed, const Complaint& complaint) {
  constexpr uint16_t kNewestVersion = 45;  // ZIP64
  if (flags & kFlagEncrypted) throw complaint(Code::zip_unsupported, "is encrypted");
  if (method != 0) {
    throw complaint(Code::zip_unsupported, "is compressed (method " + std::to_string(method) +
                                               "), which torch.save never does; TorchScript does: get the model as "
                                               "safetensors, or save its state_dict with torch.save");
  }
  if ((flags & ~(kFlagDescriptor | kFlagUtf8)) != 0 || version_needed > kNewestVersion) {
    throw complaint(Code::zip_unsupported, "needs features of ZIP that torch.save never uses");
  }
}

/// The next entry of the central directory.
Listed read_listed(ZipFields& fields, std::string_view where) {
  if (fields.u32() != kCentralSignature) {
    throw Error(Code::zip_damaged, std::string(where) + ": the ZIP archive's directory is damaged: fetch it again");
  }
  Listed listed{};
  fields.u16();  // version made by
  const uint16_t version_needed = fields.u16();
  listed.flags = fields.u16();
  const uint16_t method = fields.u16();
  fields.u32();  // time and date
  listed.entry.crc = fields.u32();
  uint64_t stored = fields.u32();
  uint64_t size = fields.u32();
  const uint16_t name_bytes = fields.u16();
  const uint16_t extra_bytes = fields.u16();
  const uint16_t comment_bytes = fields.u16();
  const uint16_t disk = fields.u16();
  fields.u16();  // internal and external attributes
  fields.u32();
  listed.begin = fields.u32();
  listed.entry.name = fields.text(name_bytes);
  const Complaint complaint(where, listed.entry.name);
  if (!is_plain_path(listed.entry.name)) {
    throw complaint(Code::zip_unsupported, "has a name that is not a plain relative path");
  }
  check_flags(listed.flags, method, version_needed, complaint);
  if (comment_bytes != 0 || disk != 0) throw complaint(Code::zip_unsupported, "has a comment or is on another disk");

  const auto extra = zip64_extra(fields.take(extra_bytes), false, where);
  ZipFields zip64(extra, where);
  const auto expected = static_cast<size_t>((size == kInZip64) + (stored == kInZip64) + (listed.begin == kInZip64)) * 8;
  if (extra.size() != expected) throw complaint(Code::zip_inconsistent, "has a ZIP64 field that does not fit it");
  if (size == kInZip64) size = zip64.u64();
  if (stored == kInZip64) stored = zip64.u64();
  if (listed.begin == kInZip64) listed.begin = zip64.u64();
  if (stored != size) throw complaint(Code::zip_inconsistent, "is not compressed, but has two sizes");
  listed.entry.size = size;
  return listed;
}

/// What stands before the bytes of the entry must say the same as the directory. Sets data_begin.
void check_local_header(Listed& listed, uint64_t directory_begin, const ReadAt& read, std::string_view where) {
  const Complaint complaint(where, listed.entry.name);
  ZipEntry& entry = listed.entry;
  if (directory_begin - listed.begin < kLocalBytes) throw complaint(Code::zip_inconsistent, "has no room before it");
  std::array<std::byte, kLocalBytes> bytes;
  read(listed.begin, bytes);
  ZipFields fields(bytes, where);
  if (fields.u32() != kLocalSignature) throw complaint(Code::zip_inconsistent, "is not where the directory says");
  const uint16_t version_needed = fields.u16();
  const uint16_t flags = fields.u16();
  const uint16_t method = fields.u16();
  fields.u32();  // time and date
  const uint32_t crc = fields.u32();
  const uint32_t stored = fields.u32();
  const uint32_t size = fields.u32();
  const uint16_t name_bytes = fields.u16();
  const uint16_t extra_bytes = fields.u16();
  check_flags(flags, method, version_needed, complaint);
  if (flags != listed.flags) throw complaint(Code::zip_inconsistent, "has other flags than in the directory");
  const uint64_t tail_begin = listed.begin + kLocalBytes;
  const uint64_t tail_bytes = uint64_t{name_bytes} + extra_bytes;
  if (tail_bytes > directory_begin - tail_begin || entry.size > directory_begin - tail_begin - tail_bytes) {
    throw complaint(Code::zip_inconsistent, "reaches into the directory");
  }
  std::vector<std::byte> tail(static_cast<size_t>(tail_bytes));
  read(tail_begin, tail);
  ZipFields tail_fields(tail, where);
  if (tail_fields.text(name_bytes) != entry.name) {
    throw complaint(Code::zip_inconsistent, "has another name than in the directory");
  }
  const auto extra = zip64_extra(tail_fields.take(extra_bytes), true, where);
  ZipFields zip64(extra, where);
  // miniz, and so torch, writes here what the directory has: both sizes, the offset, or all three.
  const bool sizes_in_zip64 = extra.size() == 16 || extra.size() == 24;
  const bool offset_in_zip64 = extra.size() == 8 || extra.size() == 24;
  if ((!extra.empty() && !sizes_in_zip64 && !offset_in_zip64) ||
      (sizes_in_zip64 && (zip64.u64() != entry.size || zip64.u64() != entry.size)) ||
      (offset_in_zip64 && zip64.u64() != listed.begin)) {
    throw complaint(Code::zip_inconsistent, "has a ZIP64 field that contradicts the directory");
  }
  const bool may_be_zero = (flags & kFlagDescriptor) != 0;
  const auto agrees = [&](uint32_t here, uint64_t listed_value, bool elsewhere) {
    return here == listed_value || (may_be_zero && here == 0) || (elsewhere && here == kInZip64);
  };
  if (!agrees(crc, entry.crc, false) || !agrees(stored, entry.size, sizes_in_zip64) ||
      !agrees(size, entry.size, sizes_in_zip64)) {
    throw complaint(Code::zip_inconsistent, "has another size or checksum than in the directory");
  }
  entry.data_begin = tail_begin + tail_bytes;
}

/// Between the bytes of an entry and what follows stands its data descriptor, with numbers of 32 or 64 bits, or
/// nothing.
void check_descriptor(const Listed& listed, uint64_t next, const ReadAt& read, std::string_view where) {
  const Complaint complaint(where, listed.entry.name);
  const uint64_t data_end = listed.entry.data_begin + listed.entry.size;
  if (data_end > next) throw complaint(Code::zip_inconsistent, "overlaps the next one");
  const uint64_t gap = next - data_end;
  if ((listed.flags & kFlagDescriptor) == 0) {
    if (gap != 0) throw complaint(Code::zip_inconsistent, "is followed by bytes that belong to no entry");
    return;
  }
  constexpr uint64_t kShort = 16;
  constexpr uint64_t kLong = 24;
  if (gap != kShort && gap != kLong) {
    throw complaint(Code::zip_inconsistent, "is followed by bytes that are not a data descriptor");
  }
  std::array<std::byte, kLong> bytes;
  const auto descriptor = std::span(bytes).first(static_cast<size_t>(gap));
  read(data_end, descriptor);
  ZipFields fields(descriptor, where);
  const auto size = [&] { return gap == kLong ? fields.u64() : fields.u32(); };
  if (fields.u32() != kDescriptorSignature || fields.u32() != listed.entry.crc || size() != listed.entry.size ||
      size() != listed.entry.size) {
    throw complaint(Code::zip_inconsistent, "has a data descriptor that contradicts the directory");
  }
}

/// Throws unless the entries, in the order of the file, fill it from its begin to the directory.
void check_layout(std::vector<Listed>& all, uint64_t directory_begin, const ReadAt& read, std::string_view where) {
  std::sort(all.begin(), all.end(), [](const Listed& a, const Listed& b) { return a.begin < b.begin; });
  if (all.front().begin != 0) {
    throw Error(Code::zip_inconsistent,
                std::string(where) + ": bytes before the archive's first entry belong to no entry");
  }
  for (size_t i = 0; i < all.size(); ++i) {
    const uint64_t next = i + 1 < all.size() ? all[i + 1].begin : directory_begin;
    if (next > directory_begin) {
      throw Complaint(where, all[i + 1].entry.name)(Code::zip_inconsistent, "lies beyond the directory");
    }
    check_local_header(all[i], directory_begin, read, where);
    check_descriptor(all[i], next, read, where);
  }
}

/// torch itself looks names up without regard to case, other readers do not.
void check_distinct(const std::vector<Listed>& all, std::string_view where) {
  std::vector<std::string> folded;
  folded.reserve(all.size());
  for (const Listed& listed : all) {
    folded.push_back(ascii_small(listed.entry.name));
  }
  std::sort(folded.begin(), folded.end());
  const auto twice = std::adjacent_find(folded.begin(), folded.end());
  if (twice != folded.end()) throw Complaint(where, *twice)(Code::zip_inconsistent, "is in the archive twice");
}

}  // namespace

std::vector<ZipEntry> read_zip_directory(uint64_t file_size, const ReadAt& read, std::string_view where) {
  const ZipEnd end = read_zip_end(file_size, read, where);
  std::vector<std::byte> directory(static_cast<size_t>(end.directory_bytes));
  read(end.directory_begin, directory);
  ZipFields fields(directory, where);
  if (end.entries > directory.size() / kCentralBytes) {
    throw Error(Code::zip_inconsistent, std::string(where) + ": the archive's directory has no room for " +
                                            std::to_string(end.entries) + " entries");
  }
  std::vector<Listed> all;
  all.reserve(static_cast<size_t>(end.entries));
  uint64_t total = 0;
  for (uint64_t i = 0; i < end.entries; ++i) {
    all.push_back(read_listed(fields, where));
    const uint64_t size = all.back().entry.size;
    if (size > kMaxZipBytes - total) {
      throw Complaint(where, all.back().entry.name)(
          Code::zip_too_large, "takes the archive over the " + std::to_string(kMaxZipBytes >> 30) + " GiB it may have");
    }
    total += size;
  }
  if (fields.left() != 0) {
    throw Error(Code::zip_inconsistent, std::string(where) + ": the archive's directory goes on after its last entry");
  }
  if (all.empty()) throw Error(Code::zip_unsupported, std::string(where) + ": is an empty ZIP archive");
  check_distinct(all, where);
  check_layout(all, end.directory_begin, read, where);

  std::vector<ZipEntry> entries;
  entries.reserve(all.size());
  for (Listed& listed : all) entries.push_back(std::move(listed.entry));
  std::sort(entries.begin(), entries.end(), [](const ZipEntry& a, const ZipEntry& b) { return a.name < b.name; });
  return entries;
}

const ZipEntry* find_zip_entry(std::span<const ZipEntry> sorted, std::string_view name) {
  const auto it = std::lower_bound(sorted.begin(), sorted.end(), name,
                                   [](const ZipEntry& entry, std::string_view wanted) { return entry.name < wanted; });
  return it != sorted.end() && it->name == name ? &*it : nullptr;
}

void check_zip_crc(const ZipEntry& entry, const ReadAt& read, std::string_view where) {
  constexpr uint64_t kPiece = uint64_t{1} << 20;
  std::vector<std::byte> piece(static_cast<size_t>(std::min(entry.size, kPiece)));
  uLong crc = ::crc32(0, nullptr, 0);
  for (uint64_t done = 0; done < entry.size;) {
    const auto part = std::span(piece).first(static_cast<size_t>(std::min(entry.size - done, kPiece)));
    read(entry.data_begin + done, part);
    crc = ::crc32(crc, reinterpret_cast<const Bytef*>(part.data()), static_cast<uInt>(part.size()));
    done += part.size();
  }
  if (crc != entry.crc) {
    throw Complaint(where, entry.name)(Code::zip_damaged,
                                       "has another checksum than the archive says: it is damaged; fetch it again");
  }
}

}  // namespace redraw
