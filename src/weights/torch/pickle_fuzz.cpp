// libFuzzer target: any bytes as the pickle of a checkpoint whose archive has storages "0" to "9" of 0 to 576 bytes;
// what is accepted is read. fuzz_pickle -max_len=4096 <a corpus folder> tests/fuzz/pickle
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

#include "base/error.h"
#include "weights/torch/torch_state_dict.h"
#include "weights/torch/unpickler.h"

namespace {

constexpr size_t kBytesPerKey = 64;

void read_tensor(const redraw::TorchTensor& tensor, const redraw::TorchStorage& storage) {
  const auto elements = redraw::view_elements(tensor.view);
  const int64_t bytes = elements * redraw::dtype_bytes(tensor.view.dtype);
  if (bytes < 0 || static_cast<uint64_t>(bytes) > storage.bytes) std::abort();
  const std::vector<std::byte> stored(storage.bytes);
  std::vector<std::byte> out(static_cast<size_t>(bytes));
  redraw::gather_rows(
      tensor.view,
      [&](uint64_t offset, std::span<std::byte> piece) {
        if (offset > stored.size() || piece.size() > stored.size() - offset) std::abort();
        std::memcpy(piece.data(), stored.data() + offset, piece.size());
      },
      out);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  const std::span<const std::byte> pickle(reinterpret_cast<const std::byte*>(input), size);
  const redraw::FindStorage find = [](std::string_view key) -> std::optional<redraw::StorageFound> {
    if (key.size() != 1 || key[0] < '0' || key[0] > '9') return std::nullopt;
    const auto number = static_cast<size_t>(key[0] - '0');
    return redraw::StorageFound{number, number * kBytesPerKey};
  };
  try {
    const redraw::PickleTree tree = redraw::unpickle(pickle, find, "fuzz");
    for (const redraw::TorchTensor& tensor : tree.tensors) read_tensor(tensor, tree.storages.at(tensor.storage));
    const redraw::TorchStateDict state = redraw::read_state_dict(tree, "fuzz");
    for (const redraw::NamedTensor& named : state.tensors) {
      if (named.name.empty() || named.tensor >= tree.tensors.size()) std::abort();
    }
  } catch (const redraw::Error& e) {
    if (e.code() == redraw::Code::internal) std::abort();
    return 0;  // refused, as most are; any other exception or a crash is a finding
  }
  return 0;
}
