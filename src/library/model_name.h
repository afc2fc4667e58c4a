// Names of models: what they may be, and which a file is given that has none.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace redraw {

/// Of the model that comes with redraw; no other may have it.
inline constexpr std::string_view kBoxModelName = "emoji-128";

/// Without regard to case and to how letters are composed, in any script, which is how names of models are compared.
bool is_same_name(std::string_view a, std::string_view b);

/// The name, composed (Unicode NFC). A name is of letters, digits, signs and inner spaces of any script, at most 100
/// characters; '/' is not among them, and it begins with neither '-' nor '.'. Throws Error: usage with the rule;
/// model_name_taken for the name of the model in the box.
std::string checked_model_name(std::string_view name);

/// From the name of a folder, of a file without its ending, or, in a cache of Hugging Face's, of the repository: what
/// a name may not hold becomes '-'.
std::string derived_model_name(const std::filesystem::path& path, bool is_folder);

/// The name itself, or "name-2", "name-3", ...: the first that is not taken and not the box's.
std::string free_model_name(const std::string& name, const std::function<bool(const std::string&)>& is_taken);

/// "did you mean 'my-sd15' or 'my-sd15-inpaint'?": at most three names that are near, or hold or begin with this one;
/// empty when there are none.
std::string near_names_question(std::string_view name, std::span<const std::string_view> names);

}  // namespace redraw
