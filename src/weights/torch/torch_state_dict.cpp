#include "weights/torch/torch_state_dict.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/utf8.h"
#include "weights/metadata_keys.h"
#include "weights/safetensors/safetensors_header.h"
#include "weights/shown_text.h"

namespace redraw {
namespace {

constexpr int kMaxDictDepth = 16;
// Dictionaries may be shared: without a limit, twelve that each hold the next one ten times are 10^12
// names.
constexpr size_t kMaxVisits = 200'000;

bool is_dict(const PickleValue& value) {
  return value.kind == PickleKind::dict || value.kind == PickleKind::ordered_dict;
}

/// The value of a text key; nullptr when there is none.
const PickleValue* find_value(const PickleTree& tree, const PickleValue& dict, std::string_view key) {
  for (size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    const PickleValue& name = tree[dict.items[i]];
    if (name.kind == PickleKind::text && name.text == key) return &tree[dict.items[i + 1]];
  }
  return nullptr;
}

class Walk {
 public:
  Walk(const PickleTree& tree, std::string_view where) : tree_(tree), where_(where) {}

  std::vector<NamedTensor> tensors_below(const PickleValue& dict) {
    found_.clear();
    visit(dict, "", true, 0);
    std::sort(found_.begin(), found_.end(), [](const NamedTensor& a, const NamedTensor& b) { return a.name < b.name; });
    const auto twice = std::adjacent_find(found_.begin(), found_.end(),
                                          [](const NamedTensor& a, const NamedTensor& b) { return a.name == b.name; });
    if (twice != found_.end()) {
      throw error(Code::torch_bad_tensor, "two tensors have the name " + shown_text(twice->name));
    }
    return std::move(found_);
  }

 private:
  /// is_named: every key on the way was a text that may stand in a name.
  void visit(const PickleValue& dict, const std::string& prefix, bool is_named, int depth) {
    if (depth > kMaxDictDepth) throw error(Code::pickle_too_large, "has dictionaries nested too deep");
    for (size_t i = 0; i + 1 < dict.items.size(); i += 2) {
      if (++visits_ > kMaxVisits) throw error(Code::pickle_too_large, "has too many items in its dictionaries");
      const PickleValue& key = tree_[dict.items[i]];
      const PickleValue& value = tree_[dict.items[i + 1]];
      const bool is_tensor = value.kind == PickleKind::tensor;
      if (!is_tensor && !is_dict(value)) continue;
      // Longer names are cut where it no longer matters: a tensor below is refused in any case.
      const bool fits = is_named && key.kind == PickleKind::text && is_utf8(key.text) &&
                        key.text.find('\0') == std::string_view::npos &&
                        prefix.size() + key.text.size() <= kMaxTensorNameBytes;
      std::string name = fits ? prefix + std::string(key.text) : prefix;
      if (!is_tensor) {
        name += '.';
        visit(value, name, fits, depth + 1);
        continue;
      }
      if (!fits || name.empty()) {
        throw error(Code::torch_bad_tensor, "a tensor below " + shown_text(prefix) + " has no name of up to " +
                                                std::to_string(kMaxTensorNameBytes) + " bytes of UTF-8");
      }
      if (found_.size() == kMaxTensors) {
        throw error(Code::pickle_too_large, "has more than " + std::to_string(kMaxTensors) + " tensors");
      }
      found_.push_back({std::move(name), static_cast<size_t>(value.number)});
    }
  }

  Error error(Code code, std::string_view what) const {
    return Error(code, std::string(where_) + ": " + std::string(what));
  }

  const PickleTree& tree_;
  std::string_view where_;
  std::vector<NamedTensor> found_;
  size_t visits_ = 0;
};

std::vector<NamedTensor> find_tensors(const PickleTree& tree, const PickleValue& top, std::string_view where) {
  Walk walk(tree, where);
  const PickleValue* state_dict = find_value(tree, top, "state_dict");
  if (state_dict != nullptr && is_dict(*state_dict)) return walk.tensors_below(*state_dict);
  const auto holds_a_tensor = [&] {
    for (size_t i = 1; i < top.items.size(); i += 2) {
      if (tree[top.items[i]].kind == PickleKind::tensor) return true;
    }
    return false;
  };
  if (!holds_a_tensor()) {
    for (std::string_view key : std::to_array<std::string_view>({"params_ema", "params", "model"})) {
      const PickleValue* inside = find_value(tree, top, key);
      if (inside == nullptr || !is_dict(*inside)) continue;
      std::vector<NamedTensor> tensors = walk.tensors_below(*inside);
      if (!tensors.empty()) return tensors;
    }
  }
  return walk.tensors_below(top);
}

/// A key that is there twice is read differently by different readers.
void check_keys_distinct(const PickleTree& tree, const PickleValue& dict, std::string_view where) {
  std::vector<std::string_view> keys;
  for (size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    if (tree[dict.items[i]].kind == PickleKind::text) keys.push_back(tree[dict.items[i]].text);
  }
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice != keys.end()) {
    throw Error(Code::torch_bad_tensor, std::string(where) + ": the key " + shown_text(*twice) + " is there twice");
  }
}

}  // namespace

TorchStateDict read_state_dict(const PickleTree& tree, std::string_view where) {
  const PickleValue& top = tree[tree.root];
  if (!is_dict(top)) {
    throw Error(Code::torch_no_tensors, std::string(where) + ": holds no dictionary of named tensors");
  }
  check_keys_distinct(tree, top, where);
  TorchStateDict result;
  result.tensors = find_tensors(tree, top, where);
  if (result.tensors.empty()) throw Error(Code::torch_no_tensors, std::string(where) + ": holds no tensor");
  const PickleValue* step = find_value(tree, top, kTrainingStepKey);
  if (step != nullptr && step->kind == PickleKind::integer) result.global_step = step->number;
  return result;
}

}  // namespace redraw
