#include "weights/torch/unpickler.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "weights/shown_text.h"
#include "weights/torch/pickle_bytes.h"
#include "weights/torch/pickle_constructors.h"
#include "weights/torch/pickle_opcodes.h"

namespace redraw {
namespace {

bool is_dict(PickleKind kind) {
  return kind == PickleKind::dict || kind == PickleKind::ordered_dict;
}

class Unpickler {
 public:
  Unpickler(std::span<const std::byte> pickle, const FindStorage& find_storage, std::string_view where)
      : complaint_([this, where](Code code, std::string_view what) {
          return Error(
              code, std::string(where) + ", byte " + std::to_string(opcode_at_) + ": the pickle " + std::string(what));
        }),
        bytes_(pickle, complaint_),
        find_storage_(find_storage) {
    // A tensor takes some 200 bytes and a dozen values.
    tree_.values.reserve(std::min(pickle.size() / 8, kMaxPickleValues));
  }
  Unpickler(const Unpickler&) = delete;
  Unpickler& operator=(const Unpickler&) = delete;

  PickleTree run() {
    if (static_cast<Opcode>(bytes_.number(1)) != Opcode::proto) throw malformed("does not begin with its protocol");
    const uint64_t protocol = bytes_.number(1);
    if (protocol < 2 || protocol > 5) throw malformed("is of protocol " + std::to_string(protocol) + ", not 2 to 5");
    for (size_t count = 0;; ++count) {
      if (count == kMaxPickleOpcodes) throw too_large("opcodes", kMaxPickleOpcodes);
      opcode_at_ = bytes_.at();
      const auto byte = static_cast<uint8_t>(bytes_.number(1));
      if (static_cast<Opcode>(byte) == Opcode::stop) break;
      step(byte);
    }
    tree_.root = pop();
    if (!stack_.empty() || !marks_.empty()) throw malformed("ends with values left over");
    if (!bytes_.at_end()) throw malformed("goes on after its end");
    return std::move(tree_);
  }

 private:
  void step(uint8_t byte) {
    switch (static_cast<Opcode>(byte)) {
      case Opcode::mark:
        if (marks_.size() == kMaxPickleMarks) throw too_large("open marks", kMaxPickleMarks);
        return marks_.push_back(stack_.size());
      case Opcode::none:
        return push_shared(none_, {.kind = PickleKind::none});
      case Opcode::newtrue:
        return push_shared(true_, {.kind = PickleKind::boolean, .number = 1});
      case Opcode::newfalse:
        return push_shared(false_, {.kind = PickleKind::boolean, .number = 0});
      case Opcode::binint:
        return push_integer(static_cast<int32_t>(static_cast<uint32_t>(bytes_.number(4))));
      case Opcode::binint1:
        return push_integer(static_cast<int64_t>(bytes_.number(1)));
      case Opcode::binint2:
        return push_integer(static_cast<int64_t>(bytes_.number(2)));
      case Opcode::long1:
        return long_integer(bytes_.take(bytes_.number(1)));
      case Opcode::binfloat:
        bytes_.take(8);
        return push({.kind = PickleKind::ignored});
      case Opcode::short_binunicode:
        return push_text(bytes_.number(1));
      case Opcode::binunicode:
        return push_text(bytes_.number(4));
      case Opcode::binunicode8:
        return push_text(bytes_.number(8));
      case Opcode::short_binstring:
      case Opcode::short_binbytes:
        return skip_bytes(bytes_.number(1));
      case Opcode::binbytes:
        return skip_bytes(bytes_.number(4));
      case Opcode::binbytes8:
        return skip_bytes(bytes_.number(8));
      case Opcode::empty_tuple:
        return push({.kind = PickleKind::tuple});
      case Opcode::tuple:
        return push_tuple(pop_to_mark());
      case Opcode::tuple1:
        return push_tuple(pop_many(1));
      case Opcode::tuple2:
        return push_tuple(pop_many(2));
      case Opcode::tuple3:
        return push_tuple(pop_many(3));
      case Opcode::empty_list:
        return push({.kind = PickleKind::list});
      case Opcode::empty_dict:
        return push({.kind = PickleKind::dict});
      case Opcode::empty_set:
        return push({.kind = PickleKind::ignored});
      case Opcode::append:
        return append(pop_many(1));
      case Opcode::appends:
        return append(pop_to_mark());
      case Opcode::setitem:
        return set_items(pop_many(2));
      case Opcode::setitems:
        return set_items(pop_to_mark());
      case Opcode::binget:
        return get(bytes_.number(1));
      case Opcode::long_binget:
        return get(bytes_.number(4));
      case Opcode::binput:
        return put(bytes_.number(1));
      case Opcode::long_binput:
        return put(bytes_.number(4));
      case Opcode::memoize:
        return put(memo_.size());
      case Opcode::frame:
        return bytes_.begin_frame(bytes_.number(8));
      case Opcode::global:
        return global();
      case Opcode::stack_global:
        return stack_global();
      case Opcode::reduce:
        return reduce();
      case Opcode::build:
        return build();
      case Opcode::binpersid: {
        const PickleRef id = pop();
        return push(pickle_storage(tree_[id], tree_, find_storage_, complaint_));
      }
      case Opcode::proto:
        throw malformed("names its protocol again");
      case Opcode::stop:
        break;
    }
    const RefusedOpcode refused = refused_opcode(byte);
    if (refused.name.empty()) throw malformed("has the unknown opcode " + std::to_string(byte));
    throw complaint_(refused.code, "has the opcode " + std::string(refused.name) +
                                       (refused.code == Code::pickle_forbidden
                                            ? ", which can run code and no checkpoint needs; do not trust this file"
                                            : ", which torch.save never writes"));
  }

  Error malformed(std::string_view what) const { return complaint_(Code::pickle_malformed, what); }
  Error too_large(std::string_view what, size_t limit) const {
    return complaint_(Code::pickle_too_large,
                      "has more than the " + std::to_string(limit) + " " + std::string(what) + " it may have");
  }

  // The stack. What lies below the last mark is out of reach.

  void require(size_t count) const {
    const size_t floor = marks_.empty() ? 0 : marks_.back();
    if (stack_.size() - floor < count) throw malformed("takes more values than there are");
  }
  void push_ref(PickleRef ref) {
    if (stack_.size() == kMaxPickleItems) throw too_large("values waiting", kMaxPickleItems);
    stack_.push_back(ref);
  }
  PickleRef push_new(PickleValue value) {
    if (tree_.values.size() == kMaxPickleValues) throw too_large("values", kMaxPickleValues);
    tree_.values.push_back(std::move(value));
    const auto ref = static_cast<PickleRef>(tree_.values.size() - 1);
    push_ref(ref);
    return ref;
  }
  void push(PickleValue value) { push_new(std::move(value)); }
  PickleRef pop() {
    require(1);
    const PickleRef ref = stack_.back();
    stack_.pop_back();
    return ref;
  }
  /// The value on top, which stays there.
  PickleValue& top() {
    require(1);
    return tree_.values[stack_.back()];
  }
  std::vector<PickleRef> pop_many(size_t count) {
    require(count);
    const auto first = stack_.end() - static_cast<std::ptrdiff_t>(count);
    std::vector<PickleRef> taken(first, stack_.end());
    stack_.erase(first, stack_.end());
    return taken;
  }
  std::vector<PickleRef> pop_to_mark() {
    if (marks_.empty()) throw malformed("takes the values of a mark that is not there");
    std::vector<PickleRef> taken = pop_many(stack_.size() - marks_.back());
    marks_.pop_back();
    return taken;
  }

  // Plain values.

  /// What is the same wherever it stands, and stands in every tensor's arguments: one value.
  void push_shared(std::optional<PickleRef>& known, const PickleValue& value) {
    if (known) return push_ref(*known);
    known = push_new(value);
  }
  void push_integer(int64_t number) {
    const PickleValue value{.kind = PickleKind::integer, .number = number};
    if (number < 0 || number >= static_cast<int64_t>(small_.size())) return push(value);
    push_shared(small_[static_cast<size_t>(number)], value);
  }
  /// Little-endian two's complement of any length; what does not fit in 64 bits (a random generator's state) is no
  /// number that anything here needs.
  void long_integer(std::string_view digits) {
    if (digits.size() > sizeof(int64_t)) return push({.kind = PickleKind::ignored});
    uint64_t bits = !digits.empty() && (digits.back() & 0x80) != 0 ? ~uint64_t{0} : 0;
    for (size_t i = digits.size(); i > 0; --i) bits = bits << 8 | static_cast<unsigned char>(digits[i - 1]);
    push_integer(static_cast<int64_t>(bits));
  }
  void push_text(uint64_t size) { push({.kind = PickleKind::text, .text = bytes_.take(size)}); }
  void skip_bytes(uint64_t size) {
    bytes_.take(size);
    push({.kind = PickleKind::ignored});
  }

  // Containers.

  /// Adds items to a container and keeps their number and the nesting in bounds.
  void add_items(PickleValue& container, const std::vector<PickleRef>& items) {
    items_ += items.size();
    if (items_ > kMaxPickleItems) throw too_large("items", kMaxPickleItems);
    for (PickleRef ref : items) {
      const int depth = tree_[ref].depth + 1;
      if (depth > kMaxPickleDepth) throw too_large("levels of nesting", kMaxPickleDepth);
      container.depth = std::max(container.depth, static_cast<uint8_t>(depth));
    }
    container.items.insert(container.items.end(), items.begin(), items.end());
  }
  void push_tuple(const std::vector<PickleRef>& items) {
    PickleValue tuple{.kind = PickleKind::tuple};
    add_items(tuple, items);
    push(std::move(tuple));
  }
  void append(const std::vector<PickleRef>& items) {
    PickleValue& list = top();
    if (list.kind != PickleKind::list) {
      throw complaint_(Code::pickle_forbidden, "appends to something that is not a list; do not trust this file");
    }
    add_items(list, items);
  }
  void set_items(const std::vector<PickleRef>& items) {
    PickleValue& dict = top();
    if (!is_dict(dict.kind)) {
      throw complaint_(Code::pickle_forbidden,
                       "sets items of something that is not a dictionary; do not trust this file");
    }
    if (items.size() % 2 != 0) throw malformed("sets a key without a value");
    for (size_t i = 0; i < items.size(); i += 2) {
      const PickleKind key = tree_[items[i]].kind;
      if (key == PickleKind::list || is_dict(key)) throw malformed("has a key that is a list or a dictionary");
    }
    add_items(dict, items);
  }

  // The memo: what was put under a number.

  void put(uint64_t index) {
    require(1);
    // As many as there are values would do; a pickler never uses a number twice.
    if (memo_.size() == kMaxPickleValues) throw too_large("memo entries", kMaxPickleValues);
    if (!memo_.emplace(static_cast<uint32_t>(index), stack_.back()).second) {
      throw malformed("uses the memo's number " + std::to_string(index) + " twice");
    }
  }
  void get(uint64_t index) {
    const auto it = memo_.find(static_cast<uint32_t>(index));
    if (it == memo_.end()) throw malformed("asks for number " + std::to_string(index) + " of the memo, which is empty");
    push_ref(it->second);
  }

  // Names and calls.

  void push_name(std::string_view module, std::string_view name) {
    const std::optional<size_t> row = find_pickle_name(module, name);
    if (!row) {
      throw complaint_(Code::pickle_forbidden,
                       "names " + shown_text(std::string(module) + "." + std::string(name)) +
                           ", which is not among the few names a checkpoint needs; malicious files run code this way, "
                           "and redraw runs none: get the model as safetensors");
    }
    push({.kind = PickleKind::name, .number = static_cast<int64_t>(*row)});
  }
  void global() {
    const std::string_view module = bytes_.line();
    push_name(module, bytes_.line());
  }
  void stack_global() {
    const std::vector<PickleRef> names = pop_many(2);
    const PickleValue& module = tree_[names[0]];
    const PickleValue& name = tree_[names[1]];
    if (module.kind != PickleKind::text || name.kind != PickleKind::text) {
      throw complaint_(Code::pickle_forbidden, "makes a name of something that is not text; do not trust this file");
    }
    push_name(module.text, name.text);
  }
  void reduce() {
    const std::vector<PickleRef> call = pop_many(2);
    const PickleValue& callee = tree_[call[0]];
    if (callee.kind != PickleKind::name) {
      throw complaint_(Code::pickle_forbidden, "calls something that is not a name; do not trust this file");
    }
    if (tree_[call[1]].kind != PickleKind::tuple) throw malformed("calls a name with arguments that are not a tuple");
    PickleValue result =
        pickle_call(pickle_names()[static_cast<size_t>(callee.number)], tree_[call[1]], tree_, complaint_);
    items_ += result.items.size();
    if (items_ > kMaxPickleItems) throw too_large("items", kMaxPickleItems);
    push(std::move(result));
  }
  /// Attributes of a dictionary (a module's _metadata) and numpy's byte order: read over.
  void build() {
    const PickleKind state = tree_[pop()].kind;
    const PickleKind built = top().kind;
    const bool is_harmless = (built == PickleKind::ordered_dict && is_dict(state)) ||
                             (built == PickleKind::number_type && state == PickleKind::tuple);
    if (!is_harmless) {
      throw complaint_(Code::pickle_forbidden, "sets the state of something that has none; do not trust this file");
    }
  }

  PickleComplaint complaint_;
  PickleBytes bytes_;
  const FindStorage& find_storage_;
  size_t opcode_at_ = 0;
  PickleTree tree_;
  std::vector<PickleRef> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint32_t, PickleRef> memo_;
  std::optional<PickleRef> none_;
  std::optional<PickleRef> true_;
  std::optional<PickleRef> false_;
  std::array<std::optional<PickleRef>, 256> small_{};
  size_t items_ = 0;
};

}  // namespace

PickleTree unpickle(std::span<const std::byte> pickle, const FindStorage& find_storage, std::string_view where) {
  if (pickle.size() > kMaxPickleBytes) {
    throw Error(Code::pickle_too_large, std::string(where) + ": the pickle has more than the " +
                                            std::to_string(kMaxPickleBytes >> 20) + " MiB it may have");
  }
  return Unpickler(pickle, find_storage, where).run();
}

}  // namespace redraw
