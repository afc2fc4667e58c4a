#include "app/model_name.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "base/error.h"
#include "base/suggest.h"

namespace redraw {
namespace {

constexpr size_t kLongestName = 100;

// By the alphabet alone: what isalnum says of other bytes depends on the locale.
bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_allowed(char c) {
  return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-';
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

// models--OWNER--NAME/snapshots/REVISION; empty for any other folder.
std::string hugging_face_name(const std::filesystem::path& folder) {
  const std::string repository = folder.parent_path().parent_path().filename().string();
  if (folder.parent_path().filename() != "snapshots" || !repository.starts_with("models--")) return {};
  return repository.substr(repository.rfind("--") + 2);
}

}  // namespace

bool is_same_name(std::string_view a, std::string_view b) {
  return lower(a) == lower(b);
}

void check_model_name(std::string_view name) {
  const bool is_well_formed = !name.empty() && name.size() <= kLongestName && is_letter_or_digit(name.front()) &&
                              std::ranges::all_of(name, is_allowed);
  if (!is_well_formed) {
    throw Error(Code::usage, "'" + std::string(name.substr(0, kLongestName)) +
                                 "' cannot be a model's name; letters, digits, '.', '_' and '-' can, at most 100, and "
                                 "a letter or digit first");
  }
  if (is_same_name(name, kBoxModelName)) {
    throw Error(Code::model_name_taken, "'" + std::string(name) +
                                            "' is the name of the model in the box; choose another with --name, as " +
                                            "--name " + std::string(kBoxModelName) + "-2");
  }
}

std::string derived_model_name(const std::filesystem::path& path, bool is_folder) {
  std::string name = is_folder ? hugging_face_name(path) : path.stem().string();
  if (name.empty()) name = path.filename().string();
  std::ranges::replace_if(
      name, [](char c) { return !is_allowed(c); }, '-');
  name.erase(name.begin(), std::ranges::find_if(name, is_letter_or_digit));
  name = name.substr(0, kLongestName - 10);  // room for a number
  while (!name.empty() && !is_letter_or_digit(name.back())) name.pop_back();
  return name.empty() ? "model" : name;
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
  const std::string sought = lower(name);
  for (const std::string_view candidate : names) {
    const bool is_known = std::ranges::find(near, candidate) != near.end();
    if (near.size() == kMost) break;
    if (!is_known && !sought.empty() && lower(candidate).find(sought) != std::string::npos)
      near.emplace_back(candidate);
  }
  std::string question;
  for (size_t i = 0; i < near.size(); ++i) {
    question += (i == 0 ? "did you mean '" : i + 1 == near.size() ? " or '" : ", '") + near[i] + "'";
  }
  return question.empty() ? question : question + "?";
}

}  // namespace redraw
