#include "weights/torch/pickle_opcodes.h"

#include <array>

namespace redraw {

RefusedOpcode refused_opcode(uint8_t byte) {
  struct Row {
    uint8_t byte;
    RefusedOpcode refused;
  };
  static constexpr auto kTable = std::to_array<Row>({
      // They call, construct or fetch by a name or a number.
      {'i', {"INST", Code::pickle_forbidden}},
      {'o', {"OBJ", Code::pickle_forbidden}},
      {0x81, {"NEWOBJ", Code::pickle_forbidden}},
      {0x92, {"NEWOBJ_EX", Code::pickle_forbidden}},
      {0x82, {"EXT1", Code::pickle_forbidden}},
      {0x83, {"EXT2", Code::pickle_forbidden}},
      {0x84, {"EXT4", Code::pickle_forbidden}},
      {'P', {"PERSID", Code::pickle_forbidden}},
      // Harmless, but not what torch.save writes: the fewer ways to say a thing, the better.
      {'0', {"POP", Code::pickle_malformed}},
      {'1', {"POP_MARK", Code::pickle_malformed}},
      {'2', {"DUP", Code::pickle_malformed}},
      {'F', {"FLOAT", Code::pickle_malformed}},
      {'I', {"INT", Code::pickle_malformed}},
      {'L', {"LONG", Code::pickle_malformed}},
      {'S', {"STRING", Code::pickle_malformed}},
      {'T', {"BINSTRING", Code::pickle_malformed}},
      {'V', {"UNICODE", Code::pickle_malformed}},
      {'d', {"DICT", Code::pickle_malformed}},
      {'l', {"LIST", Code::pickle_malformed}},
      {'g', {"GET", Code::pickle_malformed}},
      {'p', {"PUT", Code::pickle_malformed}},
      {0x8B, {"LONG4", Code::pickle_malformed}},
      {0x90, {"ADDITEMS", Code::pickle_malformed}},
      {0x91, {"FROZENSET", Code::pickle_malformed}},
      {0x96, {"BYTEARRAY8", Code::pickle_malformed}},
      {0x97, {"NEXT_BUFFER", Code::pickle_malformed}},
      {0x98, {"READONLY_BUFFER", Code::pickle_malformed}},
  });
  for (const Row& row : kTable) {
    if (row.byte == byte) return row.refused;
  }
  return {"", Code::pickle_malformed};
}

}  // namespace redraw
