// Python's pickle format, as far as a checkpoint of tensors needs it: hostile bytes in, inert values out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "weights/torch/pickle_storage.h"
#include "weights/torch/pickle_tree.h"

namespace redraw {

/// The limits a pickle is held to; real ones of Stable Diffusion have some 30,000 values in 200 KiB.
inline constexpr size_t kMaxPickleBytes = size_t{64} << 20;
inline constexpr size_t kMaxPickleOpcodes = 10'000'000;
inline constexpr size_t kMaxPickleValues = 300'000;
inline constexpr size_t kMaxPickleItems = 2'000'000;  ///< of all tuples, lists and dicts, and on the stack
inline constexpr size_t kMaxPickleMarks = 64;
inline constexpr uint8_t kMaxPickleDepth = 64;

/// Reads a pickle of protocol 2 to 5. This is the loader and not a check before one: nothing else ever reads the bytes.
/// Names are looked up in pickle_names() and nowhere else; what may be called, appended to, built and set is what the
/// opcodes' functions in unpickler.cpp say, each an Error otherwise. The pickle ends with its last byte.
/// pickle: must outlive the result. `where` names the file and the entry in messages.
/// Throws Error: pickle_forbidden (it asks for something that could run code, or that torch.save never asks for),
/// pickle_malformed, pickle_too_large, torch_bad_storage, torch_bad_tensor. Memory grows with the opcodes read, never
/// with a size that they claim.
PickleTree unpickle(std::span<const std::byte> pickle, const FindStorage& find_storage, std::string_view where);

}  // namespace redraw
