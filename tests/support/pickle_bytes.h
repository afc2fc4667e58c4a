// A small assembler of Python pickles for tests, well-formed or not. Opcodes have the names of pickletools.py.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace redraw::pickle {

/// Little-endian.
inline std::string number(uint64_t value, size_t bytes) {
  std::string text(bytes, '\0');
  for (size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>(value >> (8 * i));
  return text;
}

inline std::string repeated(std::string_view piece, size_t times) {
  std::string text;
  for (size_t i = 0; i < times; ++i) text.append(piece);
  return text;
}

// Joins strings without operator+ on temporaries.
template <typename... Pieces>
std::string join(const Pieces&... pieces) {
  std::string text;
  (text.append(pieces), ...);
  return text;
}

/// BINUNICODE.
inline std::string text(std::string_view value) {
  return join("X", number(value.size(), 4), value);
}
/// BININT1, BININT or LONG1 of 8 bytes.
inline std::string integer(int64_t value) {
  if (value >= 0 && value < 256) return join("K", number(static_cast<uint64_t>(value), 1));
  if (value >= INT32_MIN && value <= INT32_MAX) return join("J", number(static_cast<uint64_t>(value), 4));
  return join("\x8A\x08", number(static_cast<uint64_t>(value), 8));
}
/// GLOBAL.
inline std::string global(std::string_view module, std::string_view name) {
  return join("c", module, "\n", name, "\n");
}
/// SHORT_BINUNICODE twice and STACK_GLOBAL.
inline std::string stack_global(std::string_view module, std::string_view name) {
  return join("\x8C", number(module.size(), 1), module, "\x8C", number(name.size(), 1), name, "\x93");
}
/// MARK items TUPLE.
inline std::string tuple(std::string_view items) {
  return join("(", items, "t");
}
/// GLOBAL arguments REDUCE. arguments: opcodes that push the items of the tuple.
inline std::string call(std::string_view module, std::string_view name, std::string_view arguments) {
  return join(global(module, name), tuple(arguments), "R");
}
inline std::string ordered_dict() {
  return call("collections", "OrderedDict", "");
}
/// EMPTY_DICT MARK items SETITEMS.
inline std::string dict(std::string_view items) {
  return join("}(", items, "u");
}
/// Pushes a storage by its persistent id.
inline std::string storage(std::string_view type, std::string_view key, int64_t elements) {
  return join(tuple(join(text("storage"), global("torch", type), text(key), text("cpu"), integer(elements))), "Q");
}
/// _rebuild_tensor_v2. The arguments are opcodes that push a storage and the tuples of sizes and strides.
inline std::string tensor(std::string_view storage, int64_t offset, std::string_view sizes, std::string_view strides) {
  return call("torch._utils", "_rebuild_tensor_v2",
              join(storage, integer(offset), tuple(sizes), tuple(strides), "\x89", ordered_dict()));
}
/// Four numbers of float32 in storage "0".
inline std::string good_tensor() {
  return tensor(storage("FloatStorage", "0", 4), 0, integer(4), integer(1));
}
/// PROTO 2, body, STOP.
inline std::string protocol2(std::string_view body) {
  return join("\x80\x02", body, ".");
}
/// A whole pickle of one dictionary with a good tensor 'a' and one more value.
inline std::string beside_a_tensor(std::string_view value) {
  return protocol2(dict(join(text("a"), good_tensor(), text("x"), value)));
}

}  // namespace redraw::pickle
