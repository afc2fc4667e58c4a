#include "base/sha256.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <span>
#include <string>

#include "support/temporary_folder.h"

namespace redraw {
namespace {

TEST(Sha256, IsThatOfTheStandard) {
  const TemporaryFolder folder;
  EXPECT_EQ(sha256_of_file(folder.write("abc", "abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_of_file(folder.write("empty", "")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_of_file(folder.write("million", std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  // Longer than one piece, against itself in pieces of another size.
  const std::string text(5'000'001, 'x');
  Sha256 hash;
  for (size_t at = 0; at < text.size(); at += 777)
    hash.add(std::as_bytes(std::span(text).subspan(at, std::min<size_t>(777, text.size() - at))));
  EXPECT_EQ(sha256_of_file(folder.write("long", text)), hash.hex());
}

}  // namespace
}  // namespace redraw
