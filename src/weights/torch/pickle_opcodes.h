// The opcodes of Python's pickle format (pickletools.py lists them all); internal to weights.
#pragma once

#include <cstdint>
#include <string_view>

#include "redraw/error.h"

namespace redraw {

/// Those that are read.
enum class Opcode : uint8_t {
  mark = '(',
  stop = '.',
  global = 'c',
  reduce = 'R',
  build = 'b',
  binpersid = 'Q',
  append = 'a',
  appends = 'e',
  setitem = 's',
  setitems = 'u',
  none = 'N',
  newtrue = 0x88,
  newfalse = 0x89,
  binint = 'J',
  binint1 = 'K',
  binint2 = 'M',
  long1 = 0x8A,
  binfloat = 'G',
  binunicode = 'X',
  short_binunicode = 0x8C,
  binunicode8 = 0x8D,
  short_binstring = 'U',
  binbytes = 'B',
  short_binbytes = 'C',
  binbytes8 = 0x8E,
  empty_tuple = ')',
  tuple = 't',
  tuple1 = 0x85,
  tuple2 = 0x86,
  tuple3 = 0x87,
  empty_list = ']',
  empty_dict = '}',
  empty_set = 0x8F,
  binget = 'h',
  long_binget = 'j',
  binput = 'q',
  long_binput = 'r',
  memoize = 0x94,
  stack_global = 0x93,
  proto = 0x80,
  frame = 0x95,
};

/// What a byte that is none of these is to the reader: an opcode that could run code, one that torch.save never
/// writes, or none at all.
struct RefusedOpcode {
  std::string_view name;  ///< empty for a byte that is no opcode
  Code code;
};
RefusedOpcode refused_opcode(uint8_t byte);

}  // namespace redraw
