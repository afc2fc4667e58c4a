// Damaged and hostile archives, one table; each must be refused with exactly its code. A new finding becomes a row
// here.
#include <ctime>
#include <functional>
#include <gtest/gtest.h>
#include <set>

#include "base/error.h"
#include "support/temporary_folder.h"
#include "support/zip_bytes.h"
#include "weights/torch/torch_file.h"

namespace redraw {
namespace {

using namespace std::string_literals;

struct Hostile {
  std::string name;
  std::string bytes;
  Code code;
};

std::string good_pickle() {
  return pickle::protocol2(pickle::dict(pickle::join(pickle::text("a"), pickle::good_tensor())));
}
std::vector<ZipPart> good_parts() {
  return torch_parts(good_pickle(), {std::string(16, '\0')});
}
constexpr size_t kStorage = 2;  // of good_parts()

/// The good checkpoint with one part changed.
std::string part(size_t index, const std::function<void(ZipPart&)>& change) {
  std::vector<ZipPart> parts = good_parts();
  change(parts[index]);
  return zip_bytes(parts);
}
/// Fields of the storage's records set to a value: in the local header, in the directory, or in both.
std::string local(size_t at, uint64_t value, size_t size) {
  return part(kStorage, [=](ZipPart& p) { p.change_local = [=](ZipRecord& r) { r.set(at, value, size); }; });
}
std::string central(size_t at, uint64_t value, size_t size) {
  return part(kStorage, [=](ZipPart& p) { p.change_central = [=](ZipRecord& r) { r.set(at, value, size); }; });
}
std::string both(size_t local_at, size_t central_at, uint64_t value, size_t size) {
  return part(kStorage, [=](ZipPart& p) {
    p.change_local = [=](ZipRecord& r) { r.set(local_at, value, size); };
    p.change_central = [=](ZipRecord& r) { r.set(central_at, value, size); };
  });
}
std::string named(const std::string& name) {
  std::vector<ZipPart> parts = good_parts();
  parts.push_back({.name = name, .data = "x"});
  return zip_bytes(parts);
}
std::string with(const ZipOptions& options) {
  return zip_bytes(good_parts(), options);
}
/// One of the records at the end with a field set.
std::string end(size_t at, uint64_t value, size_t size, bool has_end64 = false) {
  return with({.has_end64 = has_end64, .change_end = [=](ZipRecord& r) { r.set(at, value, size); }});
}
std::string end64(size_t at, uint64_t value, size_t size) {
  return with({.change_end64 = [=](ZipRecord& r) { r.set(at, value, size); }});
}
std::string locator(size_t at, uint64_t value, size_t size) {
  return with({.change_locator = [=](ZipRecord& r) { r.set(at, value, size); }});
}
/// An extra field added to the directory's record of the storage.
std::string central_extra(const std::string& extra) {
  return part(kStorage, [=](ZipPart& p) {
    p.change_central = [=](ZipRecord& r) {
      r.set(zip_central::kExtraBytes, extra.size(), 2);
      r.bytes += extra;
    };
  });
}
/// The padding of the storage's local header replaced by another extra field.
std::string local_extra(const std::string& extra) {
  return part(kStorage, [=](ZipPart& p) {
    p.change_local = [=](ZipRecord& r) {
      r.bytes.resize(zip_local::kName + p.name.size());
      r.set(zip_local::kExtraBytes, extra.size(), 2);
      r.bytes += extra;
    };
  });
}
std::string zip64(uint64_t size, uint64_t stored, uint64_t begin) {
  return ZipRecord{}.add(1, 2).add(24, 2).add(size, 8).add(stored, 8).add(begin, 8).bytes;
}

void add_ends(std::vector<Hostile>& rows) {
  const std::string good = zip_bytes(good_parts());
  rows.insert(
      rows.end(),
      {
          {"four bytes", "PK\3\4", Code::zip_damaged},
          {"only an end record", zip_bytes({}, {.has_end64 = false}), Code::zip_unsupported},
          {"no entries, ZIP64", zip_bytes({}), Code::zip_unsupported},
          {"the last byte missing", good.substr(0, good.size() - 1), Code::zip_damaged},
          {"the end record missing", good.substr(0, good.size() - 22), Code::zip_damaged},
          {"the second half missing", good.substr(0, good.size() / 2), Code::zip_damaged},
          {"a byte after the end", good + "\0"s, Code::zip_damaged},
          {"a comment", with({.after_end = "comment", .change_end = [](ZipRecord& r) { r.set(20, 7, 2); }}),
           Code::zip_damaged},
          {"a comment that is not there", end(zip_end::kCommentBytes, 7, 2), Code::zip_inconsistent},
          {"a whole archive in the comment of another",
           with({.after_end = good, .change_end = [&](ZipRecord& r) { r.set(20, good.size(), 2); }}),
           Code::zip_inconsistent},
          {"an archive after another", good + good, Code::zip_inconsistent},
          {"a program before the archive", "PK\3\4\x7F"s + "ELF" + good, Code::zip_inconsistent},
          {"several disks", end(zip_end::kDisk, 1, 2), Code::zip_unsupported},
          {"a directory on another disk", end(zip_end::kDisk + 2, 1, 2), Code::zip_unsupported},
          {"fewer entries here than in all", end(zip_end::kEntriesHere, 1, 2), Code::zip_inconsistent},
          {"one entry fewer than the directory has", end(zip_end::kEntriesHere, 0x00030003, 4), Code::zip_inconsistent},
          {"one entry more than the directory has", end(zip_end::kEntriesHere, 0x00050005, 4), Code::zip_inconsistent},
          {"many entries in a small directory", end(zip_end::kEntriesHere, 0xC000C000, 4), Code::zip_inconsistent},
          {"60,000 entries", end(zip_end::kEntriesHere, 0xEA60EA60, 4), Code::zip_too_large},
          {"a directory that begins a byte later", end(zip_end::kBegin, 1, 4), Code::zip_inconsistent},
          {"a directory larger than the file", end(zip_end::kBytes, 0x00FFFFFF, 4), Code::zip_inconsistent},
          {"a directory of 4 GiB", end(zip_end::kBytes, 0xFFFFFFFE, 4), Code::zip_too_large},
          {"ZIP64 announced and absent", end(zip_end::kBegin, 0xFFFFFFFF, 4), Code::zip_inconsistent},
          {"bytes before the directory", with({.before_directory = "hidden"}), Code::zip_inconsistent},
          {"bytes after the directory", with({.after_directory = "hidden"}), Code::zip_inconsistent},
          {"bytes after the directory, no ZIP64", with({.has_end64 = false, .after_directory = "hidden"}),
           Code::zip_inconsistent},
          {"ZIP64: several disks", locator(zip_locator::kDisks, 2, 4), Code::zip_unsupported},
          {"ZIP64: no disk", locator(zip_locator::kDisks, 0, 4), Code::zip_unsupported},
          {"ZIP64: record on another disk", locator(zip_locator::kDisk, 1, 4), Code::zip_unsupported},
          {"ZIP64: a locator that points elsewhere", locator(zip_locator::kBegin, 0, 8), Code::zip_inconsistent},
          {"ZIP64: a locator beyond the file", locator(zip_locator::kBegin, UINT64_MAX, 8), Code::zip_inconsistent},
          {"ZIP64: a locator without its signature", locator(zip_locator::kSignature, 0, 4), Code::zip_inconsistent},
          {"ZIP64: no record", end64(zip_end64::kSignature, 0, 4), Code::zip_inconsistent},
          {"ZIP64: an extended record", end64(zip_end64::kRecordBytes, 45, 8), Code::zip_unsupported},
          {"ZIP64: a record of 2^64 bytes", end64(zip_end64::kRecordBytes, UINT64_MAX, 8), Code::zip_unsupported},
          {"ZIP64: other disk in the record", end64(zip_end64::kDisk, 1, 4), Code::zip_unsupported},
          {"ZIP64: two counts", end64(zip_end64::kEntriesHere, 3, 8), Code::zip_inconsistent},
          {"ZIP64: another count than the plain record", end64(zip_end64::kEntries, 3, 8), Code::zip_inconsistent},
          {"ZIP64: another directory than the plain record", end64(zip_end64::kBegin, 0, 8), Code::zip_inconsistent},
          {"ZIP64: a directory of 2^64 - 1 bytes",
           with({.change_end = [](ZipRecord& r) { r.set(12, 0xFFFFFFFF, 4); },
                 .change_end64 = [](ZipRecord& r) { r.set(40, UINT64_MAX, 8); }}),
           Code::zip_too_large},
          {"ZIP64: a directory at 2^64 - 1",
           with({.change_end = [](ZipRecord& r) { r.set(16, 0xFFFFFFFF, 4); },
                 .change_end64 = [](ZipRecord& r) { r.set(48, UINT64_MAX, 8); }}),
           Code::zip_inconsistent},
          {"ZIP64: 2^64 - 1 entries",
           with({.change_end = [](ZipRecord& r) { r.set(8, 0xFFFFFFFF, 4); },
                 .change_end64 = [](ZipRecord& r) { r.set(24, UINT64_MAX, 8), r.set(32, UINT64_MAX, 8); }}),
           Code::zip_too_large},
      });
}

void add_flags(std::vector<Hostile>& rows) {
  using namespace zip_local;
  rows.insert(rows.end(),
              {
                  {"encrypted", both(kFlags, zip_central::kFlags, 0x0809, 2), Code::zip_unsupported},
                  {"encrypted in the directory only", central(zip_central::kFlags, 0x0809, 2), Code::zip_unsupported},
                  {"encrypted before the data only", local(kFlags, 0x0809, 2), Code::zip_unsupported},
                  {"strongly encrypted", both(kFlags, zip_central::kFlags, 0x0848, 2), Code::zip_unsupported},
                  {"a patch", both(kFlags, zip_central::kFlags, 0x0828, 2), Code::zip_unsupported},
                  {"masked headers", both(kFlags, zip_central::kFlags, 0x2808, 2), Code::zip_unsupported},
                  {"all flags", both(kFlags, zip_central::kFlags, 0xFFFF, 2), Code::zip_unsupported},
                  {"other flags before the data", local(kFlags, 0x0008, 2), Code::zip_inconsistent},
                  {"a descriptor denied before the data", local(kFlags, 0x0800, 2), Code::zip_inconsistent},
                  {"deflated", both(kMethod, zip_central::kMethod, 8, 2), Code::zip_unsupported},
                  {"deflated in the directory only", central(zip_central::kMethod, 8, 2), Code::zip_unsupported},
                  {"deflated before the data only", local(kMethod, 8, 2), Code::zip_unsupported},
                  {"zstandard", both(kMethod, zip_central::kMethod, 93, 2), Code::zip_unsupported},
                  {"encrypted by AES (method 99)", both(kMethod, zip_central::kMethod, 99, 2), Code::zip_unsupported},
                  {"needs version 6.3", both(kVersion, zip_central::kVersion, 63, 2), Code::zip_unsupported},
                  {"on another disk", central(zip_central::kDisk, 1, 2), Code::zip_unsupported},
                  {"a zip bomb: 4 GiB in 16 bytes",
                   part(kStorage,
                        [](ZipPart& p) {
                          p.change_central = [](ZipRecord& r) {
                            r.set(zip_central::kMethod, 8, 2);
                            r.set(zip_central::kSize, 0xFFFFFFF0, 4);
                          };
                        }),
                   Code::zip_unsupported},
              });
}

void add_names(std::vector<Hostile>& rows) {
  for (const char* name : {"../evil", "m/../../evil", "m/data/..", "/etc/passwd", "m//data", "m/./data", "m/data/", ".",
                           "m\\data\\1", "C:/evil", "c:evil", "m/a\nb", "m/\x7F", "m/\xFF", "m/\xC0\xAF"}) {
    rows.push_back({"the name "s + name, named(name), Code::zip_unsupported});
  }
  rows.insert(rows.end(),
              {
                  {"no name", named(""), Code::zip_unsupported},
                  {"a NUL in a name", named("m/data/0\0.pkl"s), Code::zip_unsupported},
                  {"a name of 2,000 bytes", named("m/" + std::string(2000, 'a')), Code::zip_unsupported},
                  {"a name of 65,535 bytes", named("m/" + std::string(65533, 'a')), Code::zip_unsupported},
                  {"the pickle twice", named("m/data.pkl"), Code::zip_inconsistent},
                  {"the pickle twice but for case", named("m/DATA.pkl"), Code::zip_inconsistent},
                  {"a storage twice", named("m/data/0"), Code::zip_inconsistent},
                  {"a second folder", named("n/data.pkl"), Code::zip_unsupported},
                  {"a pickle outside the folder", named("data.pkl"), Code::zip_unsupported},
                  {"another name before the data", local(zip_local::kName + 7, '9', 1), Code::zip_inconsistent},
                  {"another name in the directory", central(zip_central::kName + 7, '9', 1), Code::zip_inconsistent},
                  {"a shorter name before the data", local(zip_local::kNameBytes, 7, 2), Code::zip_inconsistent},
                  {"a longer name in the directory", central(zip_central::kNameBytes, 9, 2), Code::zip_damaged},
                  {"a comment of an entry",
                   part(kStorage,
                        [](ZipPart& p) {
                          p.change_central = [](ZipRecord& r) {
                            r.set(zip_central::kCommentBytes, 3, 2), r.bytes += "abc";
                          };
                        }),
                   Code::zip_unsupported},
              });
}

void add_places_and_sizes(std::vector<Hostile>& rows) {
  using namespace zip_central;
  rows.insert(
      rows.end(),
      {
          {"another checksum in the directory", central(kCrc, 1, 4), Code::zip_inconsistent},
          {"another checksum before the data", local(zip_local::kCrc, 1, 4), Code::zip_inconsistent},
          {"another size before the data", local(zip_local::kSize, 15, 4), Code::zip_inconsistent},
          {"another stored size before the data", local(zip_local::kStored, 15, 4), Code::zip_inconsistent},
          {"two sizes in the directory", central(kSize, 15, 4), Code::zip_inconsistent},
          {"a storage of 16 bytes listed with 15", central(kStored, 15, 4), Code::zip_inconsistent},
          {"both sizes one less",
           part(kStorage,
                [](ZipPart& p) {
                  p.change_central = [](ZipRecord& r) {
                    r.set(kStored, 15, 4);
                    r.set(kSize, 15, 4);
                  };
                }),
           Code::zip_inconsistent},
          {"a size that reaches into the next entry",
           part(kStorage,
                [](ZipPart& p) {
                  p.change_central = [](ZipRecord& r) {
                    r.set(kStored, 100, 4);
                    r.set(kSize, 100, 4);
                  };
                }),
           Code::zip_inconsistent},
          {"a size beyond the file",
           part(kStorage,
                [](ZipPart& p) {
                  p.change_central = [](ZipRecord& r) {
                    r.set(kStored, 0x7FFFFFFF, 4);
                    r.set(kSize, 0x7FFFFFFF, 4);
                  };
                }),
           Code::zip_inconsistent},
          {"two entries at one place", central(kBegin, 0, 4), Code::zip_inconsistent},
          {"an entry within another", central(kBegin, 1, 4), Code::zip_inconsistent},
          {"an entry in the directory",
           part(kStorage, [](ZipPart& p) { p.change_central = [](ZipRecord& r) { r.set(kBegin, 700, 4); }; }),
           Code::zip_inconsistent},
          {"an entry beyond the file", central(kBegin, 0x7FFFFFFF, 4), Code::zip_inconsistent},
          {"no local header", local(zip_local::kSignature, 0, 4), Code::zip_inconsistent},
          {"no entry in the directory", central(kSignature, 0, 4), Code::zip_damaged},
          {"bytes before the first entry", part(0, [](ZipPart& p) { p.before = "PK\3\4"; }), Code::zip_inconsistent},
          {"bytes between entries", part(kStorage, [](ZipPart& p) { p.before = "hidden"; }), Code::zip_inconsistent},
          {"bytes between entries without descriptors",
           part(kStorage, [](ZipPart& p) { p.before = "hidden", p.has_descriptor = false; }), Code::zip_inconsistent},
          {"an entry that is not listed",
           [] {
             // Its record is left out of the directory, the others stay where they are.
             std::vector<ZipPart> parts = good_parts();
             parts[3].change_central = [](ZipRecord& r) { r.bytes.clear(); };
             return zip_bytes(parts, {.has_end64 = false, .change_end = [](ZipRecord& r) { r.set(8, 0x30003, 4); }});
           }(),
           Code::zip_inconsistent},
          {"no descriptor after the data",
           part(kStorage, [](ZipPart& p) { p.change_descriptor = [](ZipRecord& r) { r.bytes.clear(); }; }),
           Code::zip_inconsistent},
          {"a descriptor without a signature",
           part(kStorage, [](ZipPart& p) { p.change_descriptor = [](ZipRecord& r) { r.set(0, 0, 4); }; }),
           Code::zip_inconsistent},
          {"another checksum in the descriptor",
           part(kStorage, [](ZipPart& p) { p.change_descriptor = [](ZipRecord& r) { r.set(4, 7, 4); }; }),
           Code::zip_inconsistent},
          {"another size in the descriptor",
           part(kStorage, [](ZipPart& p) { p.change_descriptor = [](ZipRecord& r) { r.set(8, 17, 4); }; }),
           Code::zip_inconsistent},
          {"a checksum that is wrong everywhere",
           part(0,
                [](ZipPart& p) {
                  p.change_central = [](ZipRecord& r) { r.set(kCrc, 1, 4); };
                  p.change_descriptor = [](ZipRecord& r) { r.set(4, 1, 4); };
                }),
           Code::zip_damaged},
      });
}

void add_extra_fields(std::vector<Hostile>& rows) {
  const auto field = [](uint64_t id, uint64_t size, const std::string& content) {
    return ZipRecord{}.add(id, 2).add(size, 2).bytes + content;
  };
  rows.insert(
      rows.end(),
      {
          {"ZIP64 sizes where none are needed", central_extra(zip64(16, 16, 0)), Code::zip_inconsistent},
          {"a second name (Unicode path)", central_extra(field(0x7075, 6, "\1evil!")), Code::zip_unsupported},
          {"a second name before the data", local_extra(field(0x7075, 6, "\1evil!")), Code::zip_unsupported},
          {"torch's padding in the directory", central_extra(field(0x4246, 1, "Z")), Code::zip_unsupported},
          {"AES", central_extra(field(0x9901, 7, "1234567")), Code::zip_unsupported},
          {"an extra field cut short", central_extra(field(0x4246, 9, "Z")), Code::zip_damaged},
          {"half an extra field", local_extra("FB"), Code::zip_damaged},
          {"an extra field of 65,535 bytes", local_extra(field(0x4246, 65535, "Z")), Code::zip_damaged},
          {"two ZIP64 fields", local_extra(zip64(16, 16, 0) + zip64(16, 16, 0)), Code::zip_inconsistent},
          {"an empty ZIP64 field", local_extra(field(1, 0, "")), Code::zip_inconsistent},
          {"a ZIP64 field of 5 bytes", local_extra(field(1, 5, "12345")), Code::zip_inconsistent},
          {"another ZIP64 size before the data", local_extra(zip64(17, 16, 0)), Code::zip_inconsistent},
          {"another ZIP64 offset before the data", local_extra(zip64(16, 16, 1)), Code::zip_inconsistent},
          {"an extra field longer than the file", local(zip_local::kExtraBytes, 65535, 2), Code::zip_inconsistent},
          {"ZIP64 announced without a field", central(zip_central::kBegin, 0xFFFFFFFF, 4), Code::zip_inconsistent},
      });
  const auto lie = [&](size_t at, uint64_t value) {
    return part(kStorage, [=](ZipPart& p) {
      p.is_zip64 = true;
      p.change_central = [=](ZipRecord& r) { r.set(zip_central::kName + p.name.size() + 4 + at, value, 8); };
    });
  };
  rows.insert(rows.end(), {
                              {"ZIP64: two sizes", lie(0, 15), Code::zip_inconsistent},
                              {"ZIP64: an offset beyond the file", lie(16, uint64_t{1} << 40), Code::zip_inconsistent},
                              {"ZIP64: an offset of 2^64 - 1", lie(16, UINT64_MAX), Code::zip_inconsistent},
                          });
  for (uint64_t size : {uint64_t{33} << 30, uint64_t{1} << 63, UINT64_MAX}) {
    rows.push_back({"ZIP64: an entry of " + std::to_string(size) + " bytes",
                    part(kStorage,
                         [=](ZipPart& p) {
                           p.is_zip64 = true;
                           p.change_central = [=](ZipRecord& r) {
                             const size_t at = zip_central::kName + p.name.size() + 4;
                             r.set(at, size, 8);
                             r.set(at + 8, size, 8);
                           };
                         }),
                    Code::zip_too_large});
  }
}

/// Archives that are in order and hold no checkpoint that redraw reads.
void add_contents(std::vector<Hostile>& rows) {
  const auto torch = [](const std::function<void(std::vector<ZipPart>&)>& change) {
    std::vector<ZipPart> parts = good_parts();
    change(parts);
    return zip_bytes(parts);
  };
  const auto set = [&](size_t i, const std::string& data) { return torch([&](auto& parts) { parts[i].data = data; }); };
  rows.insert(
      rows.end(),
      {
          {"no pickle", torch([](auto& parts) { parts.erase(parts.begin()); }), Code::zip_unsupported},
          {"no folder", zip_bytes({{.name = "data.pkl", .data = good_pickle()}}), Code::zip_unsupported},
          {"a spreadsheet",
           zip_bytes({{.name = "[Content_Types].xml", .data = "<?xml"}, {.name = "_rels/.rels", .data = ""}}),
           Code::zip_unsupported},
          {"TorchScript: code", named("m/code/__torch__.py"), Code::torch_legacy_format},
          {"TorchScript: constants", named("m/constants.pkl"), Code::torch_legacy_format},
          {"no version", torch([](auto& parts) { parts.pop_back(); }), Code::zip_unsupported},
          {"version 0", set(3, "0\n"), Code::zip_unsupported},
          {"version 11", set(3, "11\n"), Code::zip_unsupported},
          {"version -1", set(3, "-1"), Code::zip_unsupported},
          {"version 99999999999999999999", set(3, "99999999999999999999"), Code::zip_unsupported},
          {"big-endian numbers", set(1, "big"), Code::torch_bad_storage},
          {"no such byte order", set(1, "LITTLE"), Code::torch_bad_storage},
          {"a storage one byte short", set(kStorage, std::string(15, 'x')), Code::torch_bad_storage},
          {"a storage one byte long", set(kStorage, std::string(17, 'x')), Code::torch_bad_storage},
          {"an empty storage", set(kStorage, ""), Code::torch_bad_storage},
          {"no storage", torch([](auto& parts) { parts.erase(parts.begin() + kStorage); }), Code::torch_bad_storage},
          {"an empty pickle", set(0, ""), Code::pickle_malformed},
      });
}

std::vector<Hostile> hostile_archives() {
  std::vector<Hostile> rows;
  add_ends(rows);
  add_flags(rows);
  add_names(rows);
  add_places_and_sizes(rows);
  add_extra_fields(rows);
  add_contents(rows);
  return rows;
}

/// A new file each time: some file systems flush one that is written over.
std::filesystem::path written(const TemporaryFolder& folder, std::string_view bytes) {
  std::filesystem::remove(folder / "f.ckpt");
  return folder.write("f.ckpt", bytes);
}

std::string code_of(const std::function<void()>& open) {
  try {
    open();
  } catch (const Error& e) {
    EXPECT_EQ(std::string_view(e.what()).find('\n'), std::string_view::npos) << "one line";
    EXPECT_LT(std::string_view(e.what()).size(), 500u);
    return std::string(code_info(e.code()).name);
  }
  return "accepted";
}

TEST(ZipHostile, EveryArchiveIsRefusedWithItsOwnCode) {
  const TemporaryFolder folder;
  const std::vector<Hostile> rows = hostile_archives();
  EXPECT_GE(rows.size(), 100u);
  const std::clock_t begin = std::clock();
  for (const Hostile& row : rows) {
    const auto path = written(folder, row.bytes);
    EXPECT_EQ(code_of([&] { TorchFile::open(path); }), code_info(row.code).name) << row.name;
  }
  // Far below 50 ms of computing each.
  EXPECT_LT((std::clock() - begin) / CLOCKS_PER_SEC, 5);
  std::printf("%zu hostile archives\n", rows.size());
}

TEST(ZipHostile, TheTableReachesEveryCodeOfTheGroup) {
  std::set<Code> reached;
  for (const Hostile& row : hostile_archives()) reached.insert(row.code);
  for (const CodeInfo& info : error_codes()) {
    if (info.name.starts_with("zip_")) {
      EXPECT_TRUE(reached.contains(info.code)) << info.name;
    }
  }
}

TEST(ZipHostile, WhatTheRowsChangeIsReadWithoutTheChange) {
  const TemporaryFolder folder;
  const auto reads = [&](const std::string& bytes) {
    const TorchFile file = TorchFile::open(written(folder, bytes));
    return file.read_f32("a").values().size() == 4;
  };
  EXPECT_TRUE(reads(zip_bytes(good_parts())));
  EXPECT_TRUE(reads(with({.has_end64 = false})));
  EXPECT_TRUE(reads(part(kStorage, [](ZipPart& p) { p.has_descriptor = false; })));
  EXPECT_TRUE(reads(part(kStorage, [](ZipPart& p) { p.is_zip64 = true; })));
  EXPECT_TRUE(reads(part(kStorage, [](ZipPart& p) { p.is_zip64 = true, p.has_descriptor = false; })));
  EXPECT_TRUE(reads(named("m/.data/serialization_id")));
  std::vector<ZipPart> parts = good_parts();
  parts.erase(parts.begin() + 1);  // no byte order: as before PyTorch 2.1
  EXPECT_TRUE(reads(zip_bytes(parts)));
}

}  // namespace
}  // namespace redraw
