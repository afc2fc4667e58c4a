#include "base/unicode_text.h"

#include <gtest/gtest.h>
#include <string>

#include "base/text_table.h"

namespace redraw {
namespace {

TEST(UnicodeText, WhatIsNoTextIsShownAndSteersNothing) {
  EXPECT_EQ(printable_text("Größe 日本語"), "Größe 日本語");
  EXPECT_EQ(printable_text("a\x1b[2Jb\n"), "a\\x1B[2Jb\\x0A");
  EXPECT_EQ(printable_text("a\nb", "\n"), "a\nb");
  EXPECT_EQ(printable_text("caf\xe9.png"), "caf\\xE9.png");
  EXPECT_EQ(printable_text("\xe6\x97x"), "\\xE6\\x97x") << "a character without its end";
  EXPECT_EQ(printable_text("a\u0085"), "a\\xC2\\x85") << "controls beyond ASCII";
  EXPECT_EQ(printable_text(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(printable_text("a\u202Egnp.b"), "a\\xE2\\x80\\xAEgnp.b") << "shown as ab.png";
  for (const char* turn : {"\u061C", "\u200E", "\u200F", "\u202A", "\u202B", "\u202C", "\u202D", "\u202E", "\u2066",
                           "\u2067", "\u2068", "\u2069"}) {
    EXPECT_EQ(printable_text(turn).find(turn), std::string::npos) << printable_text(turn);
  }
  for (const char* script : {"עברית", "العربية", "👩\u200D🎨", "नमस्\u200Cते"}) EXPECT_EQ(printable_text(script), script);
  EXPECT_EQ(replaced_utf8("a\xff\xfe"), "a\uFFFD\uFFFD");
}

TEST(UnicodeText, WidthsAreThoseOfATerminal) {
  EXPECT_EQ(display_width("abc"), 3);
  EXPECT_EQ(display_width("Größe"), 5);
  EXPECT_EQ(display_width("Gro\u0308\u00dfe"), 5);
  EXPECT_EQ(display_width("日本語"), 6);
  EXPECT_EQ(display_width("한국어"), 6);
  EXPECT_EQ(display_width("🔥"), 2);
}

TEST(UnicodeText, TablesStandInColumnsWhateverTheScript) {
  const TableColumn columns[] = {{"name"}, {"is"}};
  EXPECT_EQ(text_table(columns, {{"日本語", "x"}, {"ab\x1b", "y"}}), "name    is\n日本語  x\nab\\x1B  y\n");
}

}  // namespace
}  // namespace redraw
