// The one error type of redraw, and the table of its codes.
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace redraw {

/// What went wrong, for programs. Codes are grouped by the level that finds the error. `error_codes()` lists them all
/// with their names and exit statuses. A code is never reused for another meaning.
enum class Code {
  // the program itself
  internal,
  out_of_memory,
  // what the user asked for
  usage,
  unknown_field,
  unknown_name,
  out_of_range,
  not_a_number,
  bad_size,
  // files
  file_not_found,
  file_unreadable,
  file_too_large,
  file_changed,
  not_a_file,
  output_not_writable,
  disk_full,
  // pictures
  image_not_recognised,
  image_truncated,
  image_damaged,
  image_too_large,
  image_too_small,
  image_unsupported,
  // the record in a picture that redraw made
  record_missing,
  record_malformed,
  // JSON files (model_index.json, config.json, ...)
  json_malformed,
  json_missing_field,
  json_wrong_type,
  json_out_of_range,
  // safetensors
  safetensors_too_short,
  safetensors_header_too_large,
  safetensors_header_truncated,
  safetensors_header_not_object,
  safetensors_invalid_utf8,
  safetensors_malformed_json,
  safetensors_nested_too_deep,
  safetensors_duplicate_key,
  safetensors_bad_name,
  safetensors_bad_entry,
  safetensors_missing_field,
  safetensors_unknown_field,
  safetensors_unknown_dtype,
  safetensors_bad_shape,
  safetensors_shape_overflow,
  safetensors_bad_offsets,
  safetensors_offsets_reversed,
  safetensors_offset_out_of_range,
  safetensors_size_mismatch,
  safetensors_overlap,
  safetensors_hole,
  safetensors_trailing_bytes,
  safetensors_bad_metadata,
  safetensors_too_many_tensors,
  // checkpoints that torch.save wrote: a ZIP archive with a pickle in it
  zip_damaged,
  zip_inconsistent,
  zip_unsupported,
  zip_too_large,
  pickle_malformed,
  pickle_forbidden,
  pickle_too_large,
  torch_legacy_format,
  torch_bad_storage,
  torch_bad_tensor,
  torch_no_tensors,
  // GGUF
  gguf_too_short,
  gguf_unsupported_version,
  gguf_malformed,
  gguf_too_large,
  gguf_unsupported_type,
  gguf_bad_tensor,
  gguf_overlap,
  // the index of weights in several files
  index_malformed,
  index_leaves_folder,
  index_disagrees,
  // models
  model_not_a_folder,
  model_part_missing,
  model_file_unreadable,
  model_file_changed,
  model_unsupported,
  tensor_missing,
  tensor_wrong_shape,
  tensor_wrong_dtype,
  tensor_unexpected,
  model_not_finite,
  model_too_large,
  model_unknown,
  model_name_taken,
  model_changed,
  registry_unusable,
  // tokenizer
  tokenizer_malformed,
  prompt_not_utf8,
  prompt_too_long,
};

struct CodeInfo {
  Code code;
  std::string_view name;  ///< as printed, the enumerator's own name
  int exit_status;  ///< of the command line: 2 the request, 3 an input file, 4 the model, 5 the output, 1 redraw itself
};

/// Every code, in the order of the enumeration.
std::span<const CodeInfo> error_codes();
const CodeInfo& code_info(Code code);

/// The error of redraw. The message says what is wrong, where, and what to do. It is one line without a full stop at
/// the end, ready to be printed after "redraw: ".
class Error : public std::runtime_error {
 public:
  Error(Code code, const std::string& message) : std::runtime_error(message), code_(code) {}
  Code code() const { return code_; }

 private:
  Code code_;
};

}  // namespace redraw
