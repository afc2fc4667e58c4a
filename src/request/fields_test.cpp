#include <cmath>
#include <gtest/gtest.h>
#include <vector>

#include "base/error.h"
#include "request/field_value.h"
#include "support/error_of.h"

namespace redraw {
namespace {

TEST(Fields, EveryFieldReadsBackWhatItPrints) {
  for (const Field* row : request_fields()) {
    const Field& field = *row;
    EXPECT_EQ(&find_field(field.name), &field) << field.name << " stands twice";
    EXPECT_FALSE(field.help.empty()) << field.name;
    EXPECT_FALSE(field.label.empty()) << field.name;
    if (!field.fallback) continue;
    const FieldValue value = parse_field(field, *field.fallback);
    EXPECT_EQ(field_text(value), *field.fallback);
    Request request;
    set_field(request, field, value);
    EXPECT_EQ(get_field(request, field), value);
  }
}

TEST(Fields, NumbersAreRefusedWithTheirRange) {
  const Field& strength = find_field("strength");
  for (const char* text : {"0", "-0.5", "1.5", "inf", "1e999"}) {
    EXPECT_NE(message_of(Code::out_of_range, [&] { parse_field(strength, text); }).find("above 0, at most 1"),
              std::string::npos)
        << text;
  }
  for (const char* text : {"nan", "", "x", "0.5x", " 0.5", "0,5"}) {
    message_of(Code::not_a_number, [&] { parse_field(strength, text); });
  }
  EXPECT_EQ(std::get<double>(parse_field(strength, "1")), 1.0);
  message_of(Code::out_of_range, [] { parse_field(find_field("steps"), "0"); });
  message_of(Code::not_a_number, [] { parse_field(find_field("steps"), "2.5"); });
  message_of(Code::out_of_range, [] { check_field(find_field("strength"), FieldValue(1.0000001)); });
  message_of(Code::not_a_number, [] { check_field(find_field("strength"), FieldValue(std::nan(""))); });
}

TEST(Fields, SeedsHaveAllOf64BitsExactly) {
  for (const char* name : {"seed", "variation_seed"}) {
    const Field& field = find_field(name);
    EXPECT_EQ(field_range(field), "0 to 18446744073709551615");
    for (const uint64_t seed : {uint64_t{0}, uint64_t{4294967296}, uint64_t{9007199254740993}, UINT64_MAX}) {
      const FieldValue value = parse_field(field, std::to_string(seed));
      EXPECT_EQ(std::get<uint64_t>(value), seed);
      EXPECT_EQ(field_text(value), std::to_string(seed));
      EXPECT_EQ(std::get<uint64_t>(check_field(field, value)), seed);
    }
    EXPECT_EQ(std::get<uint64_t>(check_field(field, FieldValue(int64_t{7}))), 7u);
    for (const char* text : {"18446744073709551616", "99999999999999999999"}) {
      const std::string message = message_of(Code::out_of_range, [&] { parse_field(field, text); });
      EXPECT_NE(message.find("0 to 18446744073709551615"), std::string::npos) << message;
      EXPECT_EQ(message.find("leave"), std::string::npos) << message;
    }
    for (const char* text : {"-1", "-99999999999999999999"}) {
      EXPECT_NE(message_of(Code::out_of_range, [&] { parse_field(field, text); }).find("leave it out"),
                std::string::npos);
    }
    message_of(Code::out_of_range, [&] { check_field(field, FieldValue(int64_t{-1})); });
    for (const char* text : {"", "-", "1.5", "1e3", "0x10", "+1", "--1"}) {
      message_of(Code::not_a_number, [&] { parse_field(field, text); });
    }
    message_of(Code::usage, [&] { check_field(field, FieldValue(1.0)); });
  }
}

// What the help prints is what is taken: at the edges, and not beyond. Every door reads by parse_field or check_field.
TEST(Fields, TheRangeThatIsPrintedIsTheRangeThatIsTaken) {
  std::vector<const Field*> fields = {&threads_field()};
  for (const Field* field : request_fields()) fields.push_back(field);
  int checked = 0;
  for (const Field* field : fields) {
    const bool is_integer = field->kind == FieldKind::integer || field->kind == FieldKind::side;
    if (!is_integer && field->kind != FieldKind::number) continue;
    SCOPED_TRACE(field->name);
    ++checked;
    const std::string range = field_range(*field);
    const auto text = [&](double value) {
      return is_integer ? std::to_string(static_cast<int64_t>(value)) : field_text(FieldValue(value));
    };
    const double beyond = is_integer ? 1 : 1e-9;
    const auto takes = [&](double value) {
      const FieldValue read = parse_field(*field, text(value));
      EXPECT_EQ(check_field(*field, read), read);
    };
    const auto refuses = [&](double value) {
      EXPECT_NE(message_of(Code::out_of_range, [&] { parse_field(*field, text(value)); }).find(range),
                std::string::npos);
      const FieldValue number = is_integer ? FieldValue(static_cast<int64_t>(value)) : FieldValue(value);
      EXPECT_NE(message_of(Code::out_of_range, [&] { check_field(*field, number); }).find(range), std::string::npos);
    };
    for (const double edge : {field->range.least, field->range.most})
      EXPECT_NE(range.find(text(edge)), std::string::npos);
    field->range.excludes_least ? refuses(field->range.least) : takes(field->range.least);
    field->range.excludes_most ? refuses(field->range.most) : takes(field->range.most);
    refuses(field->range.least - beyond);
    refuses(field->range.most + beyond);
    EXPECT_EQ(range.find("above") != std::string::npos, field->range.excludes_least);
    EXPECT_EQ(range.find("below") != std::string::npos, field->range.excludes_most);
  }
  EXPECT_GT(checked, 20);
}

TEST(Fields, SidesAreRefusedWithTheNearestOnes) {
  for (const char* name : {"width", "height"}) {
    const Field& field = find_field(name);
    EXPECT_EQ(message_of(Code::bad_size, [&] { parse_field(field, "500"); }),
              std::string(name) + " is 500, but must be a multiple of 8, 64 to 8192; the nearest are 496 and 504");
    EXPECT_EQ(message_of(Code::out_of_range, [&] { check_field(field, FieldValue(int64_t{8200})); }),
              std::string(name) + " is 8200, but must be a multiple of 8, 64 to 8192; the nearest is 8192");
    message_of(Code::out_of_range, [&] { parse_field(field, "9223372036854775807"); });
    message_of(Code::out_of_range, [&] { parse_field(field, "-8"); });
  }
}

TEST(Fields, UnknownNamesSuggestTheNearest) {
  EXPECT_NE(message_of(Code::unknown_field, [] { find_field("stength"); }).find("'strength'"), std::string::npos);
  EXPECT_NE(message_of(Code::unknown_name, [] { parse_field(find_field("sampler"), "eular"); }).find("'euler'"),
            std::string::npos);
}

}  // namespace
}  // namespace redraw
