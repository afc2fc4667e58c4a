// Damaged and hostile files, one table; each must be refused with exactly its code. A new finding becomes a row here.
#include <functional>
#include <gtest/gtest.h>
#include <set>

#include "base/error.h"
#include "support/safetensors_bytes.h"
#include "support/temporary_folder.h"
#include "weights/safetensors/safetensors.h"

namespace redraw {
namespace {

using namespace std::string_literals;

struct Hostile {
  std::string name;
  std::function<std::string()> bytes;
  Code code;
};

// One string of several; operator+ on temporaries sets off a false alarm of g++ 12 (-Wrestrict, GCC bug 105651).
std::string text(std::initializer_list<std::string_view> pieces) {
  std::string result;
  for (std::string_view piece : pieces) result.append(piece);
  return result;
}

// A whole file from a header and a number of zero data bytes.
std::function<std::string()> file(const std::string& header, size_t data_bytes = 4) {
  return [=] { return safetensors_bytes(header, std::string(data_bytes, '\0')); };
}

std::function<std::string()> raw(const std::string& bytes) {
  return [=] { return bytes; };
}

// A file with one F32 tensor of one element, one of whose fields is replaced.
std::function<std::string()> dtype(const std::string& value) {
  return file(R"({"a":{"dtype":)" + value + R"(,"shape":[1],"data_offsets":[0,4]}})");
}
std::function<std::string()> shape(const std::string& value, size_t data_bytes = 4) {
  return file(R"({"a":{"dtype":"F32","shape":)" + value + R"(,"data_offsets":[0,)" + std::to_string(data_bytes) + "]}}",
              data_bytes);
}
std::function<std::string()> offsets(const std::string& value, size_t data_bytes = 4) {
  return file(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":)" + value + "}}", data_bytes);
}
std::function<std::string()> metadata(const std::string& value) {
  return file(R"({"__metadata__":)" + value + "}", 0);
}
// A tensor of `count` bytes (U8).
std::string u8(const std::string& name, int64_t begin, int64_t end, int64_t count) {
  return text({"\"", name, R"(":{"dtype":"U8","shape":[)", std::to_string(count), R"(],"data_offsets":[)",
               std::to_string(begin), ",", std::to_string(end), "]}"});
}
std::string repeated(const std::string& value, size_t times) {
  std::string result;
  for (size_t i = 0; i < times; ++i) result += value;
  return result;
}

const std::string kGood = R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";

void add_lengths(std::vector<Hostile>& rows) {
  rows.insert(rows.end(),
              {
                  {"empty file", raw(""), Code::safetensors_too_short},
                  {"one byte", raw("{"), Code::safetensors_too_short},
                  {"seven bytes", raw("\2\0\0\0\0\0\0"s), Code::safetensors_too_short},
                  {"a length and nothing else", raw(length_bytes(2)), Code::safetensors_header_truncated},
                  {"a length one byte too long", raw(length_bytes(3) + "{}"), Code::safetensors_header_truncated},
                  {"a length of the cap in a short file", raw(length_bytes(100'000'000) + "{}"),
                   Code::safetensors_header_truncated},
                  {"a length above the cap", raw(length_bytes(100'000'001) + "{}"), Code::safetensors_header_too_large},
                  {"a length of 2^32", raw(length_bytes(1ull << 32) + "{}"), Code::safetensors_header_too_large},
                  {"a length of 2^63", raw(length_bytes(1ull << 63) + "{}"), Code::safetensors_header_too_large},
                  {"a length of 2^64 - 8, wrapping to 0", raw(length_bytes(UINT64_MAX - 7) + "{}"),
                   Code::safetensors_header_too_large},
                  {"a length of 2^64 - 1", raw(length_bytes(UINT64_MAX) + "{}"), Code::safetensors_header_too_large},
                  {"a big-endian length", raw("\0\0\0\0\0\0\0\2{}"s), Code::safetensors_header_too_large},
                  {"a Git LFS pointer", raw("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 4\n"),
                   Code::safetensors_header_too_large},
                  {"a zip archive", raw("PK\3\4\x14\0\0\0\0\0\0\0"s), Code::safetensors_header_too_large},
                  {"a web page", raw("<!DOCTYPE html><html></html>"), Code::safetensors_header_too_large},
              });
}

void add_json(std::vector<Hostile>& rows) {
  rows.insert(rows.end(),
              {
                  {"an empty header", raw(length_bytes(0)), Code::safetensors_header_not_object},
                  {"an empty header and data", raw(length_bytes(0) + "data"), Code::safetensors_header_not_object},
                  {"a list", file("[]", 0), Code::safetensors_header_not_object},
                  {"a string", file("\"a\"", 0), Code::safetensors_header_not_object},
                  {"null", file("null", 0), Code::safetensors_header_not_object},
                  {"a space first", file(" {}", 0), Code::safetensors_header_not_object},
                  {"a byte order mark first", file("\xEF\xBB\xBF{}", 0), Code::safetensors_header_not_object},
                  {"zeros", file(std::string(64, '\0'), 0), Code::safetensors_header_not_object},
                  {"only a brace", file("{", 0), Code::safetensors_malformed_json},
                  {"two objects", file("{}{}", 0), Code::safetensors_malformed_json},
                  {"text after the object", file("{} x", 0), Code::safetensors_malformed_json},
                  {"a NUL after the object", file("{}\0"s, 0), Code::safetensors_malformed_json},
                  {"an object hidden behind a NUL", file("{}\0{\"a\":1}"s, 0), Code::safetensors_malformed_json},
                  {"a NUL between tokens", file("{\0}"s, 0), Code::safetensors_malformed_json},
                  {"a NUL in a string", file("{\"a\0b\":1}"s, 0), Code::safetensors_malformed_json},
                  {"a line feed in a string", file("{\"a\nb\":1}", 0), Code::safetensors_malformed_json},
                  {"a trailing comma", file("{" + kGood + ",}"), Code::safetensors_malformed_json},
                  {"a missing comma", file("{" + kGood + kGood + "}"), Code::safetensors_malformed_json},
                  {"a missing brace", file("{" + kGood), Code::safetensors_malformed_json},
                  {"single quotes", file("{'a':1}", 0), Code::safetensors_malformed_json},
                  {"a comment", file("{/* */}", 0), Code::safetensors_malformed_json},
                  {"a name without quotes", file("{a:1}", 0), Code::safetensors_malformed_json},
                  {"a number as name", file("{1:1}", 0), Code::safetensors_malformed_json},
                  {"a string without end", file("{\"a", 0), Code::safetensors_malformed_json},
                  {"half a surrogate pair", file(R"({"\ud800":1})", 0), Code::safetensors_malformed_json},
                  {"an unknown escape", file(R"({"\x41":1})", 0), Code::safetensors_malformed_json},
                  {"a plus sign", shape("[+1]"), Code::safetensors_malformed_json},
                  {"a leading zero", shape("[01]"), Code::safetensors_malformed_json},
                  {"a hexadecimal number", shape("[0x1]"), Code::safetensors_malformed_json},
                  {"NaN", shape("[NaN]"), Code::safetensors_malformed_json},
                  {"a number beyond double", shape("[1e999]"), Code::safetensors_malformed_json},
                  {"brackets crossed", shape("[1}"), Code::safetensors_malformed_json},
                  {"bad JSON inside a misplaced list", file(R"({"a":[1,,2]})", 0), Code::safetensors_malformed_json},
              });
  const std::pair<const char*, const char*> not_utf8[] = {
      {"a lone continuation byte", "\x80"},
      {"an overlong slash", "\xC0\xAF"},
      {"an overlong NUL", "\xE0\x80\x80"},
      {"a surrogate", "\xED\xA0\x80"},
      {"a code point above U+10FFFF", "\xF4\x90\x80\x80"},
      {"a cut sequence", "\xE2\x82"},
      {"Latin-1", "caf\xE9"},
      {"the byte FF", "\xFF"},
  };
  for (const auto& [name, piece] : not_utf8) {
    rows.push_back({name + " in a name"s, file("{\""s + piece + "\":1}", 0), Code::safetensors_invalid_utf8});
    rows.push_back(
        {name + " in the metadata"s, metadata("{\"a\":\""s + piece + "\"}"), Code::safetensors_invalid_utf8});
  }
  rows.push_back({"bytes of no UTF-8 between tokens", file("{\xFF}", 0), Code::safetensors_invalid_utf8});
  rows.push_back({"bytes of no UTF-8 in a dtype", dtype("\"F32\xC3\""), Code::safetensors_invalid_utf8});

  rows.insert(
      rows.end(),
      {
          {"nine levels of lists in a shape", shape(repeated("[", 7) + repeated("]", 7)),
           Code::safetensors_nested_too_deep},
          {"a million brackets for a tensor", file(text({"{\"a\":", repeated("[", 1'000'000)}), 0),
           Code::safetensors_nested_too_deep},
          {"a million braces", file(repeated("{\"a\":", 1'000'000), 0), Code::safetensors_unknown_field},
          {"a million braces for a shape", shape(repeated("{\"a\":", 1'000'000)), Code::safetensors_nested_too_deep},
          {"deep metadata", metadata(text({"{\"a\":", repeated("[", 100'000)})), Code::safetensors_nested_too_deep},
          {"lists and objects in turn", file(text({"{\"a\":", repeated("[{\"b\":", 50'000)}), 0),
           Code::safetensors_nested_too_deep},
      });
}

void add_entries(std::vector<Hostile>& rows) {
  rows.insert(
      rows.end(),
      {
          {"two tensors of one name", file(text({"{", u8("a", 0, 2, 2), ",", u8("a", 2, 4, 2), "}"})),
           Code::safetensors_duplicate_key},
          {"two tensors of one name and range", file(text({"{", kGood, ",", kGood, "}"})),
           Code::safetensors_duplicate_key},
          {"one name written in two ways", file(text({"{", u8("a", 0, 2, 2), ",", u8("\\u0061", 2, 4, 2), "}"})),
           Code::safetensors_duplicate_key},
          {"dtype twice", file(R"({"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}})"),
           Code::safetensors_duplicate_key},
          {"shape twice", file(R"({"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}})"),
           Code::safetensors_duplicate_key},
          {"offsets twice", file(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"data_offsets":[0,4]}})"),
           Code::safetensors_duplicate_key},
          {"metadata twice", file(R"({"__metadata__":{},"__metadata__":{}})", 0), Code::safetensors_duplicate_key},
          {"a metadata key twice", metadata(R"({"a":"1","a":"2"})"), Code::safetensors_duplicate_key},
          {"a NUL in a name", file(R"({"a\u0000b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})"),
           Code::safetensors_bad_name},
          {"a line feed in a name", file(R"({"a\n":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})"),
           Code::safetensors_bad_name},
          {"a name too long", file(text({"{", u8(std::string(1025, 'a'), 0, 4, 4), "}"})), Code::safetensors_bad_name},
          {"a number for a tensor", file(R"({"a":1})", 0), Code::safetensors_bad_entry},
          {"a string for a tensor", file(R"({"a":"F32"})", 0), Code::safetensors_bad_entry},
          {"null for a tensor", file(R"({"a":null})", 0), Code::safetensors_bad_entry},
          {"true for a tensor", file(R"({"a":true})", 0), Code::safetensors_bad_entry},
          {"a list for a tensor", file(R"({"a":[{"dtype":"F32"}]})", 0), Code::safetensors_bad_entry},
          {"an empty tensor entry", file(R"({"a":{}})", 0), Code::safetensors_missing_field},
          {"no dtype", file(R"({"a":{"shape":[1],"data_offsets":[0,4]}})"), Code::safetensors_missing_field},
          {"no shape", file(R"({"a":{"dtype":"F32","data_offsets":[0,4]}})"), Code::safetensors_missing_field},
          {"no offsets", file(R"({"a":{"dtype":"F32","shape":[1]}})"), Code::safetensors_missing_field},
          {"no shape in the second tensor", file("{" + kGood + R"(,"b":{"dtype":"F32","data_offsets":[4,8]}})", 8),
           Code::safetensors_missing_field},
          {"an unknown field", file(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"strides":[1]}})"),
           Code::safetensors_unknown_field},
          {"a field in capitals", file(R"({"a":{"DTYPE":"F32","shape":[1],"data_offsets":[0,4]}})"),
           Code::safetensors_unknown_field},
          {"a field with a NUL", file(R"({"a":{"dtype\u0000":"F32","shape":[1],"data_offsets":[0,4]}})"),
           Code::safetensors_unknown_field},
          {"metadata inside a tensor", file(R"({"a":{"__metadata__":{}}})", 0), Code::safetensors_unknown_field},
          {"an unknown dtype", dtype(R"("F31")"), Code::safetensors_unknown_dtype},
          {"a dtype in small letters", dtype(R"("f32")"), Code::safetensors_unknown_dtype},
          {"an empty dtype", dtype(R"("")"), Code::safetensors_unknown_dtype},
          {"a dtype with a NUL", dtype(R"("F32\u0000")"), Code::safetensors_unknown_dtype},
          {"a number as dtype", dtype("32"), Code::safetensors_unknown_dtype},
          {"null as dtype", dtype("null"), Code::safetensors_unknown_dtype},
          {"a list as dtype", dtype(R"(["F32"])"), Code::safetensors_unknown_dtype},
      });
}

void add_shapes(std::vector<Hostile>& rows) {
  for (const char* value :
       {"[-1]", "[-0]", "[1.0]", "[1e0]", "[\"1\"]", "[true]", "[null]", "[[1]]", "[{}]", "1", "null", "{}", "\"1\"",
        "[1,1,1,1,1,1]", "[18446744073709551616]", "[-9223372036854775808]"}) {
    rows.push_back({"shape "s + value, shape(value), Code::safetensors_bad_shape});
  }
  for (const char* value : {"[9223372036854775808]", "[18446744073709551615]",
                            "[4611686018427387905]",               // times 4 bytes wraps to 4
                            "[4294967296,4294967296]",             // wraps to 0
                            "[4294967296,4294967296,4294967296]",  // wraps twice
                            "[9223372036854775807,3]", "[4611686018427387904,4611686018427387904,0]",
                            "[2305843009213693952]"}) {  // times 4 bytes is 2^63
    rows.push_back({"shape "s + value, shape(value), Code::safetensors_shape_overflow});
  }
}

void add_offsets(std::vector<Hostile>& rows) {
  for (const char* value : {"[]", "[0]", "[0,4,4]", "[-4,0]", "[0,-4]", "[0.0,4]", "[0,4e0]", "[\"0\",\"4\"]",
                            "[null,4]", "[[0,4]]", "4", "null", "{}", "[0,18446744073709551616]"}) {
    rows.push_back({"offsets "s + value, offsets(value), Code::safetensors_bad_offsets});
  }
  rows.insert(
      rows.end(),
      {
          {"offsets reversed", offsets("[4,0]"), Code::safetensors_offsets_reversed},
          {"offsets reversed from the far end", offsets("[18446744073709551615,3]"),
           Code::safetensors_offsets_reversed},
          {"an end one byte too far", offsets("[0,5]"), Code::safetensors_offset_out_of_range},
          {"an end of 2^63", offsets("[0,9223372036854775808]"), Code::safetensors_offset_out_of_range},
          {"an end of 2^64 - 1", offsets("[18446744073709551611,18446744073709551615]"),
           Code::safetensors_offset_out_of_range},
          {"data cut short", offsets("[0,4]", 3), Code::safetensors_offset_out_of_range},
          {"no data at all", offsets("[0,4]", 0), Code::safetensors_offset_out_of_range},
          {"an empty tensor behind the end", file(text({"{", kGood, ",", u8("b", 5, 5, 0), "}"})),
           Code::safetensors_offset_out_of_range},
          {"a range one byte short", offsets("[0,3]"), Code::safetensors_size_mismatch},
          {"a range twice as long", offsets("[0,8]", 8), Code::safetensors_size_mismatch},
          {"an empty range for one element", offsets("[0,0]", 0), Code::safetensors_size_mismatch},
          {"an empty shape with bytes", shape("[0,7]", 4), Code::safetensors_size_mismatch},
          {"a scalar with two elements", shape("[]", 8), Code::safetensors_size_mismatch},
          {"F16 with the bytes of F32", file(R"({"a":{"dtype":"F16","shape":[1],"data_offsets":[0,4]}})"),
           Code::safetensors_size_mismatch},
          {"two tensors on one range", file(text({"{", u8("a", 0, 4, 4), ",", u8("b", 0, 4, 4), "}"})),
           Code::safetensors_overlap},
          {"two tensors that share a byte", file(text({"{", u8("a", 0, 3, 3), ",", u8("b", 2, 4, 2), "}"})),
           Code::safetensors_overlap},
          {"a tensor inside another", file(text({"{", u8("a", 0, 4, 4), ",", u8("b", 1, 2, 1), "}"})),
           Code::safetensors_overlap},
          {"a tensor at the beginning of another", file(text({"{", u8("a", 0, 4, 4), ",", u8("b", 0, 2, 2), "}"})),
           Code::safetensors_overlap},
          {"an empty tensor inside another", file(text({"{", u8("a", 0, 4, 4), ",", u8("b", 2, 2, 0), "}"})),
           Code::safetensors_overlap},
          {"a hole before the first tensor", file(text({"{", u8("a", 1, 4, 3), "}"})), Code::safetensors_hole},
          {"a hole between tensors", file(text({"{", u8("a", 0, 1, 1), ",", u8("b", 2, 4, 2), "}"})),
           Code::safetensors_hole},
          {"an empty tensor in a hole",
           file(text({"{", u8("a", 0, 1, 1), ",", u8("b", 2, 2, 0), ",", u8("c", 3, 4, 1), "}"})),
           Code::safetensors_hole},
          {"bytes after the last tensor", file(text({"{", u8("a", 0, 3, 3), "}"})), Code::safetensors_trailing_bytes},
          {"bytes and no tensor", file("{}", 4), Code::safetensors_trailing_bytes},
          {"bytes and an empty tensor", file(text({"{", u8("a", 0, 0, 0), "}"}), 4), Code::safetensors_trailing_bytes},
      });
}

void add_metadata_and_sizes(std::vector<Hostile>& rows) {
  for (const char* value : {"[]", "1", "\"pt\"", "{\"a\":1}", "{\"a\":null}", "{\"a\":{}}", "{\"a\":[\"b\"]}",
                            "{\"a\":-1}", "{\"a\":1.5}", "{\"a\":true}", "{\"global_step\":\"b\\u0000\"}"}) {
    rows.push_back({"metadata "s + value, metadata(value), Code::safetensors_bad_metadata});
  }
  rows.insert(rows.end(),
              {
                  {"metadata that is used and long",
                   [] {
                     const std::string value(kMaxMetadataValue + 1, 'x');
                     return metadata("{\"modelspec.prediction_type\":\"" + value + "\"}")();
                   },
                   Code::safetensors_bad_metadata},
                  {"long metadata of no UTF-8",
                   [] { return metadata("{\"a\":\"" + std::string(kMaxMetadataValue + 1, '\xFF') + "\"}")(); },
                   Code::safetensors_invalid_utf8},
                  {"long metadata with a line feed",
                   [] { return metadata("{\"a\":\"" + std::string(kMaxMetadataValue + 1, '\n') + "\"}")(); },
                   Code::safetensors_malformed_json},
                  {"long metadata with a wrong escape",
                   [] { return metadata("{\"a\":\"\\x" + std::string(kMaxMetadataValue, 'x') + "\"}")(); },
                   Code::safetensors_malformed_json},
                  {"long metadata that does not end",
                   [] { return metadata("{\"a\":\"" + std::string(kMaxMetadataValue + 1, 'x'))(); },
                   Code::safetensors_malformed_json},
                  {"a name of 16 MiB",
                   [] {
                     return file(text({"{\"", std::string(size_t{16} << 20, 'x'), "\":1}"}))();
                   },
                   Code::safetensors_bad_name},
                  {"a number of 16 MiB",
                   [] {
                     return shape(text({"[", std::string(size_t{16} << 20, '9'), "]"}))();
                   },
                   Code::safetensors_header_too_large},
                  {"16 MiB of spaces within the header",
                   [] {
                     return file(text({"{", std::string(size_t{16} << 20, ' '), "}"}), 0)();
                   },
                   Code::safetensors_header_too_large},
                  {"50,001 tensors",
                   [] {
                     std::string header = text({"{", u8("0", 0, 0, 0)});
                     for (int i = 1; i <= 50'000; ++i) header.append(",").append(u8(std::to_string(i), 0, 0, 0));
                     return file(header + "}", 0)();
                   },
                   Code::safetensors_too_many_tensors},
                  {"100 MB of tensors",
                   [] {
                     std::string header = text({"{", u8("0", 0, 0, 0)});
                     for (int i = 1; header.size() < 99'000'000; ++i)
                       header.append(",").append(u8(std::to_string(i), 0, 0, 0));
                     return file(header + "}", 0)();
                   },
                   Code::safetensors_too_many_tensors},
              });
}

std::vector<Hostile> hostile_files() {
  std::vector<Hostile> rows;
  add_lengths(rows);
  add_json(rows);
  add_entries(rows);
  add_shapes(rows);
  add_offsets(rows);
  add_metadata_and_sizes(rows);
  return rows;
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

TEST(SafetensorsHostile, EveryFileIsRefusedWithItsOwnCode) {
  const TemporaryFolder folder;
  const std::vector<Hostile> rows = hostile_files();
  EXPECT_GE(rows.size(), 60u);
  for (const Hostile& row : rows) {
    const std::string bytes = row.bytes();
    const std::string expected(code_info(row.code).name);
    EXPECT_EQ(code_of([&] { parse_safetensors_header(std::as_bytes(std::span(bytes)), bytes.size(), "f"); }), expected)
        << row.name;
    if (bytes.size() > size_t{1} << 20) continue;  // the same parser behind a mapped file
    const auto path = folder.write("hostile.safetensors", bytes);
    EXPECT_EQ(code_of([&] { SafetensorsFile::open(path); }), expected) << row.name << ", as a file";
  }
}

TEST(SafetensorsHostile, TheTableReachesEveryCodeOfTheGroup) {
  std::set<Code> reached;
  for (const Hostile& row : hostile_files()) reached.insert(row.code);
  for (const CodeInfo& info : error_codes()) {
    if (info.name.starts_with("safetensors_")) {
      EXPECT_TRUE(reached.contains(info.code)) << info.name;
    }
  }
}

TEST(SafetensorsHostile, ClaimedSizesAreCheckedWithoutTheBytes) {
  // A file that says it is 2^60 bytes long, of which only the beginning is there.
  const std::string head = safetensors_bytes(R"({"a":{"dtype":"U8","shape":[1152921504606846976],"data_offsets":[0,)"
                                             R"(1152921504606846976]}})",
                                             "");
  const auto bytes = std::as_bytes(std::span(head));
  const SafetensorsHeader header = parse_safetensors_header(bytes, head.size() + (uint64_t{1} << 60), "f");
  EXPECT_EQ(header.tensors.at(0).end, size_t{1} << 60);
  EXPECT_EQ(code_of([&] { parse_safetensors_header(bytes, head.size() + (uint64_t{1} << 60) - 1, "f"); }),
            "safetensors_offset_out_of_range");
  EXPECT_EQ(code_of([&] { parse_safetensors_header(bytes.first(20), UINT64_MAX, "f"); }),
            "safetensors_header_truncated");
}

TEST(SafetensorsHostile, MessagesNameTheFileTheTensorAndWhatToDo) {
  const std::pair<std::string, std::string> table[] = {
      {offsets("[0,4]", 3)(),
       "m.safetensors: tensor 'a' ends at byte 4 of the data, which has only 3; the file may be cut short: fetch it "
       "again"},
      {file(text({"{", u8("a", 0, 3, 3), ",", u8("b", 2, 4, 2), "}"}))(),
       "m.safetensors: tensor 'b' overlaps tensor 'a'"},
      {shape("[2]")(), "m.safetensors: tensor 'a' has 4 bytes but F32 [2] needs 8"},
      {shape("[1,1,1,1,1,1]")(), "m.safetensors: tensor 'a' has more than the 5 dimensions that redraw supports"},
      {"Rar!\x14\0\0\0\0\0\0\0"s,
       "m.safetensors: is not a safetensors file (its header would be 86460490066 bytes, more than 100000000); it is a "
       "RAR archive: unpack it first"},
  };
  for (const auto& [bytes, message] : table) {
    try {
      parse_safetensors_header(std::as_bytes(std::span(bytes)), bytes.size(), "m.safetensors");
      ADD_FAILURE() << message;
    } catch (const Error& e) {
      EXPECT_EQ(e.what(), message);
    }
  }
}

}  // namespace
}  // namespace redraw
