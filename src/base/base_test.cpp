#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>

#include "base/ascii.h"
#include "base/byte_size.h"
#include "base/checked.h"
#include "base/context.h"
#include "base/half.h"
#include "base/input_file.h"
#include "base/json.h"
#include "base/json_text.h"
#include "base/listed.h"
#include "base/named_rows.h"
#include "base/shell_word.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "support/error_of.h"

namespace redraw {
namespace {

TEST(ErrorCodes, TableIsInTheOrderOfTheEnumerationWithDistinctNames) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < error_codes().size(); ++i) {
    EXPECT_EQ(static_cast<size_t>(error_codes()[i].code), i);
    EXPECT_TRUE(names.insert(error_codes()[i].name).second) << error_codes()[i].name;
  }
  EXPECT_EQ(static_cast<size_t>(Code::prompt_too_long) + 1, error_codes().size());
}

TEST(Checked, RefusesOverflowAndKeepsExactResults) {
  EXPECT_EQ(checked_mul(1 << 30, 4, Code::internal, "x"), int64_t{1} << 32);
  EXPECT_EQ(code_of([] { checked_mul(INT64_MAX, 2, Code::safetensors_shape_overflow, "x"); }),
            Code::safetensors_shape_overflow);
  EXPECT_EQ(code_of([] { checked_add(INT64_MAX, 1, Code::bad_size, "x"); }), Code::bad_size);
}

TEST(Half, AgreesWithTheDefinitionForEveryBitPattern) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const int exponent = static_cast<int>((bits >> 10) & 31);
    const int fraction = static_cast<int>(bits & 1023);
    const double sign = bits & 0x8000 ? -1.0 : 1.0;
    const float value = half_to_float(static_cast<uint16_t>(bits));
    if (exponent == 31 && fraction != 0) {
      EXPECT_TRUE(std::isnan(value)) << bits;
    } else if (exponent == 31) {
      EXPECT_EQ(value, static_cast<float>(sign * INFINITY)) << bits;
    } else {
      const double expected =
          exponent == 0 ? sign * std::ldexp(fraction, -24) : sign * std::ldexp(1024 + fraction, exponent - 25);
      EXPECT_EQ(value, static_cast<float>(expected)) << bits;
    }
  }
  EXPECT_EQ(bfloat16_to_float(0x3FC0), 1.5f);
}

TEST(ByteSize, HasThreeDigitsAndNeverAThousandOfAUnit) {
  const std::pair<uint64_t, const char*> sizes[] = {{0, "0 B"},
                                                    {999, "999 B"},
                                                    {1000, "1.00 kB"},
                                                    {9994, "9.99 kB"},
                                                    {9995, "10.0 kB"},
                                                    {812'345, "812 kB"},
                                                    {999'499, "999 kB"},
                                                    {999'500, "1.00 MB"},
                                                    {99'949'999, "99.9 MB"},
                                                    {1'990'000'000, "1.99 GB"},
                                                    {4'000'000'000'000, "4.00 TB"}};
  for (const auto& [bytes, text] : sizes) EXPECT_EQ(byte_size(bytes), text) << bytes;
}

TEST(Listed, JoinsWordsOfAnyKind) {
  const std::vector<std::string_view> three = {"a", "b", "c"};
  EXPECT_EQ(joined(three), "a, b, c");
  EXPECT_EQ(joined(std::set<std::string>{"b", "a"}, "; "), "a; b");
  EXPECT_EQ(joined(std::vector<std::string>{"", "a"}), ", a");
  EXPECT_EQ(joined(std::vector<std::string>{}), "");
  EXPECT_EQ(joined_by_or(three), "a, b or c");
  EXPECT_EQ(joined_by_or(std::array{"a", "b"}), "a or b");
  EXPECT_EQ(joined_by_or(std::array{"a"}), "a");
  EXPECT_EQ(joined_by_or(std::vector<std::string>{}), "");
  std::vector<std::string> many(10, "x");
  EXPECT_EQ(listed(many), "x, x, x, x, x, x, x, x, x, x");
  many.insert(many.end(), 4, "y");
  EXPECT_EQ(listed(many), "x, x, x, x, x, x, x, x, x, x and 4 more");
}

TEST(NamedRows, FindsTheRowOrSaysWhichNamesThereAre) {
  struct Row {
    std::string_view name;
    int value;
  };
  constexpr auto kRows = std::to_array<Row>({{"euler", 1}, {"lms", 2}});
  EXPECT_EQ(names_of_rows(kRows), (std::vector<std::string_view>{"euler", "lms"}));
  EXPECT_EQ(row_named(kRows, "sampler", "lms").value, 2);
  EXPECT_EQ(message_of(Code::unknown_name, [&] { row_named(kRows, "sampler", "eular"); }),
            "unknown sampler 'eular'; did you mean 'euler'? (known: euler, lms)");
}

TEST(NearestName, SuggestsTypingSlipsAndNothingFarAway) {
  constexpr std::string_view known[] = {"ddim", "euler", "lms"};
  EXPECT_EQ(nearest_name("eular", known), "euler");
  EXPECT_EQ(nearest_name("DDMI", known), "ddim");
  EXPECT_EQ(nearest_name("watercolour", known), "");
  EXPECT_EQ(unknown_name_message("sampler", "eular", known),
            "unknown sampler 'eular'; did you mean 'euler'? (known: ddim, euler, lms)");
}

TEST(JsonObject, ReadsPythonsWordsForNumbersAsStrings) {
  const JsonObject object =
      JsonObject::parse(R"({"a": -Infinity, "b": [NaN, Infinity], "NaN \"Infinity": "-Infinity, NaN\\", "c": 1})", "f");
  EXPECT_EQ(object.string("a"), "-Infinity");
  EXPECT_EQ(object.strings("b"), (std::vector<std::string>{"NaN", "Infinity"}));
  EXPECT_EQ(object.string("NaN \"Infinity"), "-Infinity, NaN\\");
  EXPECT_EQ(object.integer("c", 0, 1), 1);
  EXPECT_EQ(code_of([&] { object.number("a", -1.0, 1.0); }), Code::json_wrong_type);
  EXPECT_EQ(code_of([] { JsonObject::parse(R"({"a": -Infinit})", "f"); }), Code::json_malformed);
  EXPECT_EQ(code_of([] { JsonObject::parse(R"({"a": NaNNaN})", "f"); }), Code::json_malformed);
}

TEST(JsonObject, NamesTheFileAndTheFieldOfAMistake) {
  const JsonObject object = JsonObject::parse(R"({"a": 3, "b": "x", "c": [1, 2], "d": null})", "f.json");
  EXPECT_EQ(object.integer("a", 0, 10), 3);
  EXPECT_EQ(object.integer("d", 0, 10, 7), 7) << "null counts as absent";
  EXPECT_EQ(object.integers("c", 0, 5), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(object.integers("a", 0, 5, 2), (std::vector<int64_t>{3, 3}));
  EXPECT_EQ(code_of([&] { object.integer("a", 4, 10); }), Code::json_out_of_range);
  EXPECT_EQ(code_of([&] { object.integer("b", 0, 10); }), Code::json_wrong_type);
  EXPECT_EQ(code_of([&] { object.string("z"); }), Code::json_missing_field);
  EXPECT_EQ(code_of([] { JsonObject::parse("[1]", "f.json"); }), Code::json_malformed);
  EXPECT_EQ(code_of([] { JsonObject::parse(std::string(100000, '['), "f.json"); }), Code::json_malformed);
  try {
    object.string("z");
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(), "f.json: has no 'z'");
  }
}

TEST(InputFile, NoticesThatTheFileWasShortened) {
  const auto path = std::filesystem::temp_directory_path() / "redraw_mapped_file_test";
  std::ofstream(path) << "0123456789";
  const InputFile file = InputFile::open(path);
  EXPECT_EQ(file.size(), 10u);
  std::array<std::byte, 4> bytes{};
  file.read(6, bytes);
  EXPECT_EQ(static_cast<char>(bytes[0]), '6');
  EXPECT_EQ(code_of([&] { file.read(7, bytes); }), Code::file_changed) << "beyond the end";
  EXPECT_EQ(code_of([&] { file.read(~uint64_t{0}, bytes); }), Code::file_changed);
  EXPECT_NO_THROW(file.check_unchanged());
  std::filesystem::resize_file(path, 4);
  EXPECT_EQ(code_of([&] { file.check_unchanged(); }), Code::file_changed);
  EXPECT_EQ(code_of([&] { file.read(6, bytes); }), Code::file_changed);
  EXPECT_EQ(code_of([&] { file.read(0, bytes); }), Code::file_changed);
  std::filesystem::remove(path);
}

TEST(InputFile, RefusesWhatIsNoFile) {
  EXPECT_EQ(code_of([] { InputFile::open("/no/such/file"); }), Code::file_not_found);
  EXPECT_EQ(code_of([] { InputFile::open("/tmp"); }), Code::not_a_file);
  EXPECT_EQ(code_of([] { read_text_file("/dev/zero", 10); }), Code::not_a_file);
  EXPECT_EQ(code_of([] { InputFile::open("/no/such/file", FileOf::model); }), Code::model_part_missing);
  EXPECT_EQ(code_of([] { InputFile::open("/tmp", FileOf::model); }), Code::model_file_unreadable);
  EXPECT_EQ(code_of([] { read_text_file("/proc/self/status", 10, FileOf::model); }), Code::model_file_unreadable);
}

TEST(Context, KnowsAtLeastOneProcessor) {
  EXPECT_GE(Context::available_processors(), 1);
}

TEST(ShellWord, IsTakenForOneWord) {
  const std::pair<const char*, const char*> words[] = {{"my-sd1.5", "my-sd1.5"},
                                                       {"/m/a+b@c%d:e,f", "/m/a+b@c%d:e,f"},
                                                       {"日本語", "日本語"},
                                                       {"模型 XL", "'模型 XL'"},
                                                       {"don't", "'don'\\''t'"},
                                                       {"a$b", "'a$b'"},
                                                       {"~x", "'~x'"},
                                                       {"*", "'*'"},
                                                       {"", "''"}};
  for (const auto& [text, expected] : words) {
    EXPECT_EQ(shell_word(text), expected);
    EXPECT_EQ(shell_path(text), expected);
  }
  EXPECT_EQ(shell_word("-name"), "-name");
  EXPECT_EQ(shell_path("-name"), "./-name");
  EXPECT_EQ(shell_path("-my model"), "'./-my model'");
}

TEST(ShellWord, ALineIsSplitAsAShellDoes) {
  using Words = std::vector<std::string>;
  const std::pair<const char*, Words> lines[] = {
      {"", {}},
      {" \t\n", {}},
      {"a  b\tc", {"a", "b", "c"}},
      {"'a b' \"c d\" e\\ f", {"a b", "c d", "e f"}},
      {"a'b'\"c\"d", {"abcd"}},
      {"'' \"\"", {"", ""}},
      {"'a\\' \"\\\"\\\\\\n\\$\"", {"a\\", "\"\\\\n$"}},
      {"$HOME ~ * # x", {"$HOME", "~", "*", "#", "x"}},
  };
  for (const auto& [line, words] : lines) EXPECT_EQ(shell_words(line), words) << line;
  for (const char* text : {"don't", "", "a b", "\\", "\"", "two\nlines", "'", "$(x)", "日本語"})
    EXPECT_EQ(shell_words("x " + shell_word(text) + " y"), (Words{"x", text, "y"}));
  EXPECT_EQ(message_of(Code::usage, [] { shell_words("a 'b"); }), "the quote ' is not closed");
  EXPECT_EQ(message_of(Code::usage, [] { shell_words("a \"b\\\""); }), "the quote \" is not closed");
  message_of(Code::usage, [] { shell_words("a \\"); });
}

TEST(Ascii, IsTheSameInEveryLocale) {
  EXPECT_EQ(ascii_small("AbZ[@`{09Ä\xC9"), "abz[@`{09Ä\xC9");
  EXPECT_TRUE(is_ascii_letter('a') && is_ascii_letter('Z') && !is_ascii_letter('[') && !is_ascii_letter('\xE4'));
  EXPECT_TRUE(is_ascii_digit('0') && is_ascii_digit('9') && !is_ascii_digit(':'));
  EXPECT_EQ(trimmed(" \t a b\r\n"), "a b");
  EXPECT_EQ(trimmed("a"), "a");
  EXPECT_EQ(trimmed(" \n "), "");
  EXPECT_EQ(trimmed(""), "");
}

TEST(JsonText, IsJsonWhateverAFileIsCalled) {
  EXPECT_EQ(json_text({{"file", "caf\xe9"}}), "{\"file\":\"caf\uFFFD\"}");
  EXPECT_EQ(json_text({{"seed", uint64_t{18446744073709551615u}}}), "{\"seed\":18446744073709551615}");
}

TEST(Utf8, IsCutBetweenCharacters) {
  EXPECT_EQ(cut_utf8("日本", 6), "日本");
  EXPECT_EQ(cut_utf8("日本", 5), "日");
  EXPECT_EQ(cut_utf8("日本", 2), "");
  EXPECT_EQ(cut_utf8("abc", 2), "ab");
}

}  // namespace
}  // namespace redraw
