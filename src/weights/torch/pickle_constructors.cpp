#include "weights/torch/pickle_constructors.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "weights/shown_text.h"

namespace redraw {
namespace {

/// The arguments of a call, each asked for with the kind it must have.
class Arguments {
 public:
  Arguments(const PickleValue& args, const PickleTree& tree, const PickleComplaint& complaint, Code code,
            std::string_view callee)
      : args_(args), tree_(tree), complaint_(complaint), code_(code), callee_(callee) {}

  void expect_count(size_t least, size_t most) const {
    if (args_.items.size() < least || args_.items.size() > most) throw wrong();
  }
  size_t count() const { return args_.items.size(); }
  const PickleValue& at(size_t i, PickleKind kind) const {
    const PickleValue& value = any(i);
    if (value.kind != kind) throw wrong();
    return value;
  }
  const PickleValue& any(size_t i) const { return tree_[args_.items.at(i)]; }
  /// A tuple of non-negative integers.
  std::vector<int64_t> sizes(size_t i) const {
    constexpr size_t kMaxDimensions = 64;  // torch's own
    const PickleValue& tuple = at(i, PickleKind::tuple);
    if (tuple.items.size() > kMaxDimensions) throw wrong();
    std::vector<int64_t> numbers;
    for (PickleRef ref : tuple.items) {
      if (tree_[ref].kind != PickleKind::integer || tree_[ref].number < 0) throw wrong();
      numbers.push_back(tree_[ref].number);
    }
    return numbers;
  }
  /// Backward hooks: an OrderedDict that is empty, for a tensor that was saved as one of a model's weights.
  void expect_no_hooks(size_t i) const {
    if (!at(i, PickleKind::ordered_dict).items.empty()) throw wrong();
  }
  Error wrong() const {
    return complaint_(code_, "calls " + std::string(callee_) + " with arguments it does not take");
  }

 private:
  const PickleValue& args_;
  const PickleTree& tree_;
  const PickleComplaint& complaint_;
  Code code_;
  std::string_view callee_;
};

/// (storage, offset, size, stride, requires_grad, hooks[, dtype][, metadata]): v3 has the dtype, of a storage of bytes.
PickleValue rebuild_tensor(const Arguments& arguments, bool has_dtype, PickleTree& tree,
                           const PickleComplaint& complaint) {
  const size_t least = has_dtype ? 7 : 6;
  arguments.expect_count(least, least + 1);
  const PickleValue& storage_value = arguments.at(0, PickleKind::storage);
  const TorchStorage& storage = tree.storages[static_cast<size_t>(storage_value.number)];
  TorchTensor tensor{.storage = static_cast<size_t>(storage_value.number), .view = {}};
  StridedView& view = tensor.view;
  view.offset = arguments.at(1, PickleKind::integer).number;
  view.extents = arguments.sizes(2);
  view.strides = arguments.sizes(3);
  arguments.at(4, PickleKind::boolean);
  arguments.expect_no_hooks(5);
  if (has_dtype) {
    const PickleName& name = pickle_names()[static_cast<size_t>(arguments.at(6, PickleKind::name).number)];
    if (name.meaning != PickleMeaning::element_type || storage.is_typed) throw arguments.wrong();
    view.dtype = name.dtype.value();
  } else {
    if (!storage.is_typed) throw arguments.wrong();
    view.dtype = storage.dtype;
  }
  if (arguments.count() > least) {  // conjugate and negative bits; a model's weights have none
    const PickleValue& metadata = arguments.any(least);
    const bool is_dict = metadata.kind == PickleKind::dict || metadata.kind == PickleKind::ordered_dict;
    if (metadata.kind != PickleKind::none && !(is_dict && metadata.items.empty())) throw arguments.wrong();
  }
  if (view.strides.size() != view.extents.size()) {
    throw complaint(Code::torch_bad_tensor, "has a tensor with another number of strides than of dimensions");
  }
  const int64_t reach = view_reach(view);
  const auto stored = static_cast<int64_t>(storage.bytes) / dtype_bytes(view.dtype);
  if (view.offset < 0 || view.offset > stored || reach > stored - view.offset) {
    throw complaint(Code::torch_bad_tensor,
                    "has a tensor that reaches out of its storage of " + std::to_string(stored) + " elements");
  }
  // expand() shows one element many times: such a view could claim terabytes.
  if (view_elements(view) > stored) {
    throw complaint(Code::torch_bad_tensor,
                    "has a tensor with more elements than its storage; save it with .contiguous()");
  }
  tree.tensors.push_back(std::move(tensor));
  return {.kind = PickleKind::tensor, .number = static_cast<int64_t>(tree.tensors.size() - 1)};
}

/// (tensor, requires_grad, hooks[, state]).
PickleValue rebuild_parameter(const Arguments& arguments, bool has_state) {
  arguments.expect_count(has_state ? 4 : 3, has_state ? 4 : 3);
  arguments.at(1, PickleKind::boolean);
  arguments.expect_no_hooks(2);
  return {.kind = PickleKind::tensor, .number = arguments.at(0, PickleKind::tensor).number};
}

/// numpy.dtype("f8", False, True): the plain numbers only. For "O", numpy itself would unpickle what follows.
PickleValue number_type(const Arguments& arguments) {
  static constexpr auto kPlain =
      std::to_array<std::string_view>({"b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"});
  arguments.expect_count(1, 3);
  const std::string_view type = arguments.at(0, PickleKind::text).text;
  if (std::find(kPlain.begin(), kPlain.end(), type) == kPlain.end()) throw arguments.wrong();
  return {.kind = PickleKind::number_type};
}

}  // namespace

PickleValue pickle_call(const PickleName& name, const PickleValue& args, PickleTree& tree,
                        const PickleComplaint& complaint) {
  const bool is_tensor = name.meaning == PickleMeaning::tensor_v2 || name.meaning == PickleMeaning::tensor_v3 ||
                         name.meaning == PickleMeaning::parameter ||
                         name.meaning == PickleMeaning::parameter_with_state;
  const Arguments arguments(args, tree, complaint, is_tensor ? Code::torch_bad_tensor : Code::pickle_malformed,
                            name.name);
  switch (name.meaning) {
    case PickleMeaning::ordered_dict:
      arguments.expect_count(0, 0);
      return {.kind = PickleKind::ordered_dict};
    case PickleMeaning::tensor_v2:
      return rebuild_tensor(arguments, false, tree, complaint);
    case PickleMeaning::tensor_v3:
      return rebuild_tensor(arguments, true, tree, complaint);
    case PickleMeaning::parameter:
      return rebuild_parameter(arguments, false);
    case PickleMeaning::parameter_with_state:
      return rebuild_parameter(arguments, true);
    case PickleMeaning::size:
      arguments.expect_count(1, 1);
      arguments.sizes(0);
      return arguments.at(0, PickleKind::tuple);
    case PickleMeaning::set:
      arguments.expect_count(1, 1);
      arguments.at(0, PickleKind::list);
      return {.kind = PickleKind::ignored};
    case PickleMeaning::bytes:
      arguments.expect_count(2, 2);
      arguments.at(0, PickleKind::text);
      if (arguments.at(1, PickleKind::text).text != "latin1") throw arguments.wrong();
      return {.kind = PickleKind::ignored};
    case PickleMeaning::device:
      arguments.expect_count(1, 2);
      arguments.at(0, PickleKind::text);
      return {.kind = PickleKind::ignored};
    case PickleMeaning::number_type:
      return number_type(arguments);
    case PickleMeaning::number:
      arguments.expect_count(2, 2);
      arguments.at(0, PickleKind::number_type);
      arguments.at(1, PickleKind::ignored);
      return {.kind = PickleKind::ignored};
    case PickleMeaning::storage_type:
    case PickleMeaning::element_type:
    case PickleMeaning::carried:
      break;
  }
  throw complaint(Code::pickle_forbidden, "calls " + std::string(name.module) + "." + std::string(name.name) +
                                              ", which no checkpoint needs; do not trust this file");
}

PickleValue pickle_storage(const PickleValue& id, PickleTree& tree, const FindStorage& find_storage,
                           const PickleComplaint& complaint) {
  const auto item = [&](size_t i) -> const PickleValue& { return tree[id.items.at(i)]; };
  if (id.kind != PickleKind::tuple || id.items.size() != 5 || item(0).kind != PickleKind::text ||
      item(0).text != "storage") {
    throw complaint(Code::pickle_forbidden, "has a persistent id that is not a storage; do not trust this file");
  }
  const PickleName* type =
      item(1).kind == PickleKind::name ? &pickle_names()[static_cast<size_t>(item(1).number)] : nullptr;
  if (type == nullptr || type->meaning != PickleMeaning::storage_type || item(2).kind != PickleKind::text ||
      item(3).kind != PickleKind::text || item(4).kind != PickleKind::integer || item(4).number < 0) {
    throw complaint(Code::torch_bad_storage, "describes a storage in an unknown way");
  }
  const std::string_view key = item(2).text;
  const std::optional<StorageFound> found = find_storage(key);
  if (!found) throw complaint(Code::torch_bad_storage, "needs the storage " + shown_text(key) + ", which is missing");
  const auto element_bytes = static_cast<uint64_t>(type->dtype ? dtype_bytes(*type->dtype) : 1);
  const auto elements = static_cast<uint64_t>(item(4).number);
  uint64_t bytes = 0;
  if (__builtin_mul_overflow(elements, element_bytes, &bytes) || bytes != found->bytes) {
    throw complaint(Code::torch_bad_storage, "says that storage " + shown_text(key) + " has " +
                                                 std::to_string(elements) + " elements of " +
                                                 std::to_string(element_bytes) + " bytes, but the archive has " +
                                                 std::to_string(found->bytes) + " bytes");
  }
  tree.storages.push_back({found->entry, bytes, type->dtype.has_value(), type->dtype.value_or(DType::u8)});
  return {.kind = PickleKind::storage, .number = static_cast<int64_t>(tree.storages.size() - 1)};
}

}  // namespace redraw
