#include "base/error.h"

#include <array>

namespace redraw {
namespace {

constexpr auto kCodes = std::to_array<CodeInfo>({
    {Code::internal, "internal", 1},
    {Code::out_of_memory, "out_of_memory", 1},
    {Code::usage, "usage", 2},
    {Code::unknown_field, "unknown_field", 2},
    {Code::unknown_name, "unknown_name", 2},
    {Code::out_of_range, "out_of_range", 2},
    {Code::not_a_number, "not_a_number", 2},
    {Code::bad_size, "bad_size", 2},
    {Code::file_not_found, "file_not_found", 3},
    {Code::file_unreadable, "file_unreadable", 3},
    {Code::file_too_large, "file_too_large", 3},
    {Code::file_changed, "file_changed", 3},
    {Code::not_a_file, "not_a_file", 3},
    {Code::output_not_writable, "output_not_writable", 5},
    {Code::disk_full, "disk_full", 5},
    {Code::image_not_recognised, "image_not_recognised", 3},
    {Code::image_truncated, "image_truncated", 3},
    {Code::image_damaged, "image_damaged", 3},
    {Code::image_too_large, "image_too_large", 3},
    {Code::image_too_small, "image_too_small", 3},
    {Code::image_unsupported, "image_unsupported", 3},
    {Code::json_malformed, "json_malformed", 4},
    {Code::json_missing_field, "json_missing_field", 4},
    {Code::json_wrong_type, "json_wrong_type", 4},
    {Code::json_out_of_range, "json_out_of_range", 4},
    {Code::safetensors_too_short, "safetensors_too_short", 4},
    {Code::safetensors_header_too_large, "safetensors_header_too_large", 4},
    {Code::safetensors_header_truncated, "safetensors_header_truncated", 4},
    {Code::safetensors_header_not_object, "safetensors_header_not_object", 4},
    {Code::safetensors_invalid_utf8, "safetensors_invalid_utf8", 4},
    {Code::safetensors_malformed_json, "safetensors_malformed_json", 4},
    {Code::safetensors_nested_too_deep, "safetensors_nested_too_deep", 4},
    {Code::safetensors_duplicate_key, "safetensors_duplicate_key", 4},
    {Code::safetensors_bad_name, "safetensors_bad_name", 4},
    {Code::safetensors_bad_entry, "safetensors_bad_entry", 4},
    {Code::safetensors_missing_field, "safetensors_missing_field", 4},
    {Code::safetensors_unknown_field, "safetensors_unknown_field", 4},
    {Code::safetensors_unknown_dtype, "safetensors_unknown_dtype", 4},
    {Code::safetensors_bad_shape, "safetensors_bad_shape", 4},
    {Code::safetensors_shape_overflow, "safetensors_shape_overflow", 4},
    {Code::safetensors_bad_offsets, "safetensors_bad_offsets", 4},
    {Code::safetensors_offsets_reversed, "safetensors_offsets_reversed", 4},
    {Code::safetensors_offset_out_of_range, "safetensors_offset_out_of_range", 4},
    {Code::safetensors_size_mismatch, "safetensors_size_mismatch", 4},
    {Code::safetensors_overlap, "safetensors_overlap", 4},
    {Code::safetensors_hole, "safetensors_hole", 4},
    {Code::safetensors_trailing_bytes, "safetensors_trailing_bytes", 4},
    {Code::safetensors_bad_metadata, "safetensors_bad_metadata", 4},
    {Code::safetensors_too_many_tensors, "safetensors_too_many_tensors", 4},
    {Code::zip_damaged, "zip_damaged", 4},
    {Code::zip_inconsistent, "zip_inconsistent", 4},
    {Code::zip_unsupported, "zip_unsupported", 4},
    {Code::zip_too_large, "zip_too_large", 4},
    {Code::pickle_malformed, "pickle_malformed", 4},
    {Code::pickle_forbidden, "pickle_forbidden", 4},
    {Code::pickle_too_large, "pickle_too_large", 4},
    {Code::torch_legacy_format, "torch_legacy_format", 4},
    {Code::torch_bad_storage, "torch_bad_storage", 4},
    {Code::torch_bad_tensor, "torch_bad_tensor", 4},
    {Code::torch_no_tensors, "torch_no_tensors", 4},
    {Code::gguf_too_short, "gguf_too_short", 4},
    {Code::gguf_unsupported_version, "gguf_unsupported_version", 4},
    {Code::gguf_malformed, "gguf_malformed", 4},
    {Code::gguf_too_large, "gguf_too_large", 4},
    {Code::gguf_unsupported_type, "gguf_unsupported_type", 4},
    {Code::gguf_bad_tensor, "gguf_bad_tensor", 4},
    {Code::gguf_overlap, "gguf_overlap", 4},
    {Code::index_malformed, "index_malformed", 4},
    {Code::index_leaves_folder, "index_leaves_folder", 4},
    {Code::index_disagrees, "index_disagrees", 4},
    {Code::model_not_a_folder, "model_not_a_folder", 4},
    {Code::model_part_missing, "model_part_missing", 4},
    {Code::model_file_unreadable, "model_file_unreadable", 4},
    {Code::model_file_changed, "model_file_changed", 4},
    {Code::model_unsupported, "model_unsupported", 4},
    {Code::tensor_missing, "tensor_missing", 4},
    {Code::tensor_wrong_shape, "tensor_wrong_shape", 4},
    {Code::tensor_wrong_dtype, "tensor_wrong_dtype", 4},
    {Code::tensor_unexpected, "tensor_unexpected", 4},
    {Code::model_not_finite, "model_not_finite", 4},
    {Code::model_too_large, "model_too_large", 4},
    {Code::model_unknown, "model_unknown", 2},
    {Code::model_name_taken, "model_name_taken", 2},
    {Code::model_changed, "model_changed", 4},
    {Code::registry_unusable, "registry_unusable", 5},
    {Code::tokenizer_malformed, "tokenizer_malformed", 4},
    {Code::prompt_not_utf8, "prompt_not_utf8", 2},
    {Code::prompt_too_long, "prompt_too_long", 2},
});

}  // namespace

std::span<const CodeInfo> error_codes() {
  return kCodes;
}

const CodeInfo& code_info(Code code) {
  return kCodes.at(static_cast<size_t>(code));
}

}  // namespace redraw
