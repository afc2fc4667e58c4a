#include "library/model_name.h"

#include <algorithm>
#include <unicode/uchar.h>
#include <unicode/utf8.h>
#include <vector>

#include "base/error.h"
#include "base/suggest.h"
#include "base/unicode_text.h"
#include "base/utf8.h"

namespace redraw {
namespace {

constexpr size_t kLongestName = 100;  // characters
constexpr size_t kRoomForNumber = 10;
constexpr UChar32 kJoiners[] = {0x200C, 0x200D};  // Persian, Indic scripts and emoji need these

// The characters of well-formed text.
std::vector<UChar32> characters_of(std::string_view utf8) {
  std::vector<UChar32> characters;
  const auto* bytes = reinterpret_cast<const uint8_t*>(utf8.data());
  for (size_t at = 0; at < utf8.size();) {
    UChar32& character = characters.emplace_back();
    U8_NEXT_UNSAFE(bytes, at, character);
  }
  return characters;
}

std::string utf8_of_characters(std::span<const UChar32> characters) {
  std::string text;
  for (const UChar32 character : characters) {
    char bytes[U8_MAX_LENGTH];
    int32_t length = 0;
    U8_APPEND_UNSAFE(bytes, length, character);
    text.append(bytes, static_cast<size_t>(length));
  }
  return text;
}

// What people can see and type: letters, marks, numbers, signs and plain spaces of any script. A slash makes a path.
bool is_allowed(UChar32 character) {
  if (character == '/' || character == 0xFFFD) return false;
  if (character == ' ' || std::ranges::count(kJoiners, character) != 0) return true;
  return (U_GET_GC_MASK(character) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK | U_GC_P_MASK | U_GC_S_MASK)) != 0;
}

// An option begins with '-', and a hidden file with '.'.
bool is_allowed_first(UChar32 character) {
  return is_allowed(character) && character != '-' && character != '.' && character != ' ' &&
         (U_GET_GC_MASK(character) & (U_GC_M_MASK | U_GC_CF_MASK)) == 0;
}

// A repository's name from models--OWNER--NAME/snapshots/REVISION. Empty for any other folder.
std::string hugging_face_name(const std::filesystem::path& folder) {
  const std::string repository = folder.parent_path().parent_path().filename().string();
  if (folder.parent_path().filename() != "snapshots" || !repository.starts_with("models--")) return {};
  return repository.substr(repository.rfind("--") + 2);
}

}  // namespace

bool is_same_name(std::string_view a, std::string_view b) {
  return folded_text(a) == folded_text(b);
}

std::string checked_model_name(std::string_view name) {
  std::string composed = composed_text(name);
  bool is_well_formed = is_utf8(name);
  if (is_well_formed) {
    const std::vector<UChar32> characters = characters_of(composed);
    is_well_formed = !characters.empty() && characters.size() <= kLongestName && is_allowed_first(characters.front()) &&
                     characters.back() != ' ' && std::ranges::all_of(characters, is_allowed);
  }
  if (!is_well_formed) {
    throw Error(Code::usage, "'" + std::string(cut_utf8(name, kLongestName)) + "' cannot be a model's name; use 1 to " +
                                 std::to_string(kLongestName) +
                                 " letters, digits, signs and spaces of any script, but no '/' and no control "
                                 "characters; do not begin with '-', '.' or a space, and do not end with a space");
  }
  if (is_same_name(name, kBoxModelName)) {
    throw Error(Code::model_name_taken,
                "'" + std::string(name) +
                    "' is the name of the model in the box; choose another with --name, for example " + "--name " +
                    std::string(kBoxModelName) + "-2");
  }
  return composed;
}

std::string derived_model_name(const std::filesystem::path& path, bool is_folder) {
  std::string name = is_folder ? hugging_face_name(path) : path.stem().string();
  if (name.empty()) name = path.filename().string();
  std::vector<UChar32> characters = characters_of(composed_text(replaced_utf8(name)));
  std::ranges::replace_if(
      characters, [](UChar32 c) { return !is_allowed(c); }, '-');
  characters.erase(characters.begin(), std::ranges::find_if(characters, is_allowed_first));
  constexpr size_t kMost = kLongestName - kRoomForNumber;
  if (characters.size() > kMost) {
    size_t end = kMost;
    while (end > 0 && !is_allowed_first(characters[end])) --end;  // a letter keeps its marks, or goes with them
    characters.resize(end);
  }
  while (!characters.empty() && (characters.back() == ' ' || characters.back() == '-' || characters.back() == '.')) {
    characters.pop_back();
  }
  return characters.empty() ? "model" : utf8_of_characters(characters);
}

std::string free_model_name(const std::string& name, const std::function<bool(const std::string&)>& is_taken) {
  std::string free = name;
  for (int i = 2; is_same_name(free, kBoxModelName) || is_taken(free); ++i) free = name + "-" + std::to_string(i);
  return free;
}

std::string near_names_question(std::string_view name, std::span<const std::string_view> names) {
  constexpr size_t kMost = 3;
  std::vector<std::string> near;
  if (std::string nearest = nearest_name(name, names); !nearest.empty()) near.push_back(std::move(nearest));
  const std::string sought = folded_text(name);
  for (const std::string_view candidate : names) {
    const bool is_known = std::ranges::find(near, candidate) != near.end();
    if (near.size() == kMost) break;
    if (!is_known && !sought.empty() && folded_text(candidate).find(sought) != std::string::npos)
      near.emplace_back(candidate);
  }
  std::string question;
  for (size_t i = 0; i < near.size(); ++i) {
    question += (i == 0 ? "did you mean '" : i + 1 == near.size() ? " or '" : ", '") + near[i] + "'";
  }
  return question.empty() ? question : question + "?";
}

}  // namespace redraw
