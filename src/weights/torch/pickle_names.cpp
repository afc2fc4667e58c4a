#include "weights/torch/pickle_names.h"

#include <array>

namespace redraw {
namespace {

using M = PickleMeaning;

constexpr auto kNames = std::to_array<PickleName>({
    {"collections", "OrderedDict", M::ordered_dict},
    {"torch._utils", "_rebuild_tensor_v2", M::tensor_v2},
    {"torch._utils", "_rebuild_tensor_v3", M::tensor_v3},
    {"torch._utils", "_rebuild_parameter", M::parameter},
    {"torch._utils", "_rebuild_parameter_with_state", M::parameter_with_state},
    {"torch", "Size", M::size},
    // Numbers, bytes and sets among the hyperparameters, as Python 3 writes them for protocol 2.
    {"__builtin__", "set", M::set},
    {"builtins", "set", M::set},
    {"_codecs", "encode", M::bytes},
    {"torch", "device", M::device},
    {"numpy", "dtype", M::number_type},
    {"numpy.core.multiarray", "scalar", M::number},
    {"numpy._core.multiarray", "scalar", M::number},
    // Keys of "callbacks" in what PyTorch Lightning wrote: Stable Diffusion 1.x.
    {"pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint", M::carried},
    {"pytorch_lightning.callbacks.early_stopping", "EarlyStopping", M::carried},
    {"pytorch_lightning.callbacks", "ModelCheckpoint", M::carried},
    {"torch", "FloatStorage", M::storage_type, DType::f32},
    {"torch", "HalfStorage", M::storage_type, DType::f16},
    {"torch", "BFloat16Storage", M::storage_type, DType::bf16},
    {"torch", "DoubleStorage", M::storage_type, DType::f64},
    {"torch", "LongStorage", M::storage_type, DType::i64},
    {"torch", "IntStorage", M::storage_type, DType::i32},
    {"torch", "ShortStorage", M::storage_type, DType::i16},
    {"torch", "CharStorage", M::storage_type, DType::i8},
    {"torch", "ByteStorage", M::storage_type, DType::u8},
    {"torch", "BoolStorage", M::storage_type, DType::boolean},
    {"torch.storage", "UntypedStorage", M::storage_type},
    {"torch", "float32", M::element_type, DType::f32},
    {"torch", "float16", M::element_type, DType::f16},
    {"torch", "bfloat16", M::element_type, DType::bf16},
    {"torch", "float64", M::element_type, DType::f64},
    {"torch", "float8_e4m3fn", M::element_type, DType::f8_e4m3},
    {"torch", "float8_e5m2", M::element_type, DType::f8_e5m2},
    {"torch", "int64", M::element_type, DType::i64},
    {"torch", "int32", M::element_type, DType::i32},
    {"torch", "int16", M::element_type, DType::i16},
    {"torch", "int8", M::element_type, DType::i8},
    {"torch", "uint64", M::element_type, DType::u64},
    {"torch", "uint32", M::element_type, DType::u32},
    {"torch", "uint16", M::element_type, DType::u16},
    {"torch", "uint8", M::element_type, DType::u8},
    {"torch", "bool", M::element_type, DType::boolean},
});

}  // namespace

std::span<const PickleName> pickle_names() {
  return kNames;
}

std::optional<size_t> find_pickle_name(std::string_view module, std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i].module == module && kNames[i].name == name) return i;
  }
  return std::nullopt;
}

}  // namespace redraw
