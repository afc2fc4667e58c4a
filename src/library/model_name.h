// Names of models: which are allowed, and how a file without a name gets one.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace redraw {

/// The model that comes with redraw. No other model may have this name.
inline constexpr std::string_view kBoxModelName = "emoji-128";

/// Compares names of models: ignores case and how letters are composed, in any script.
bool is_same_name(std::string_view a, std::string_view b);

/// The name, composed (Unicode NFC). A name consists of letters, digits, signs and inner spaces of any script, at most
/// 100 characters. It contains no '/', and does not begin with '-' or '.'. Throws Error: usage with the rule;
/// model_name_taken for the name of the model in the box.
std::string checked_model_name(std::string_view name);

/// Derives a name from a folder's name or a file's name without its extension. In a Hugging Face cache it uses the
/// repository's name. A character that a name may not hold becomes '-'.
std::string derived_model_name(const std::filesystem::path& path, bool is_folder);

/// The name itself, or else "name-2", "name-3", ...: the first that is free and is not the box's.
std::string free_model_name(const std::string& name, const std::function<bool(const std::string&)>& is_taken);

/// "did you mean 'my-sd15' or 'my-sd15-inpaint'?": at most three names that are similar, or contain or begin with this
/// one. Empty if there are none.
std::string near_names_question(std::string_view name, std::span<const std::string_view> names);

}  // namespace redraw
