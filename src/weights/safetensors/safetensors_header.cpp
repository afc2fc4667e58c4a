#include "weights/safetensors/safetensors_header.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/shell_word.h"
#include "weights/file_kind.h"
#include "weights/names.h"
#include "weights/safetensors/safetensors_json.h"

namespace redraw {
namespace {

constexpr size_t kHintBytes = 4096;  // that tell what a file is instead

void check_covered_once(const std::vector<TensorEntry>& tensors, uint64_t data_begin, uint64_t data_size,
                        std::string_view where) {
  std::vector<const TensorEntry*> in_file_order;
  in_file_order.reserve(tensors.size());
  for (const TensorEntry& entry : tensors) in_file_order.push_back(&entry);
  // An empty tensor sorts before the one that begins at the same byte, so it may stand between two tensors only.
  std::sort(in_file_order.begin(), in_file_order.end(), [](const TensorEntry* a, const TensorEntry* b) {
    return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
  });
  size_t covered = 0;
  std::string_view previous;
  for (const TensorEntry* entry : in_file_order) {
    if (entry->begin < covered) {
      throw Error(Code::safetensors_overlap, std::string(where) + ": tensor " + shown_name(entry->name) +
                                                 " overlaps tensor " + shown_name(previous));
    }
    if (entry->begin > covered) {
      throw Error(Code::safetensors_hole, std::string(where) + ": " + std::to_string(entry->begin - covered) +
                                              " bytes before tensor " + shown_name(entry->name) +
                                              " belong to no tensor, which the format forbids; save the file again "
                                              "with the program that made it, or fetch it again");
    }
    covered = entry->end;
    previous = entry->name;
  }
  if (covered < data_size) {
    throw Error(Code::safetensors_trailing_bytes,
                std::string(where) + ": " + std::to_string(data_size - covered) +
                    " bytes after the last tensor belong to none, which the format forbids; all tensors are whole: cut "
                    "the rest off with `truncate -s " +
                    std::to_string(data_begin + covered) + " " + shell_path(where) + "`, or fetch the file again");
  }
}

void sort_by_name(std::vector<TensorEntry>& tensors, std::string_view where) {
  std::sort(tensors.begin(), tensors.end(), [](const TensorEntry& a, const TensorEntry& b) { return a.name < b.name; });
  const auto twice = std::adjacent_find(tensors.begin(), tensors.end(),
                                        [](const TensorEntry& a, const TensorEntry& b) { return a.name == b.name; });
  if (twice != tensors.end()) {
    throw Error(Code::safetensors_duplicate_key, std::string(where) + ": has two tensors " + shown_name(twice->name));
  }
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::span<const std::byte> head, uint64_t file_size,
                                           std::string_view where) {
  const std::string_view file(reinterpret_cast<const char*>(head.data()), head.size());
  const auto fail = [&](Code code, const std::string& what) {
    const std::string other = guessed_as_other(file.substr(0, kHintBytes), file_size);
    throw Error(code, std::string(where) + ": " + what + (other.empty() ? "" : "; " + other));
  };
  if (file_size < kSafetensorsLengthBytes || file.size() < kSafetensorsLengthBytes) {
    fail(Code::safetensors_too_short, "is too short to be a safetensors file");
  }
  uint64_t header_size = 0;
  for (size_t i = 0; i < kSafetensorsLengthBytes; ++i) {
    header_size |= static_cast<uint64_t>(static_cast<unsigned char>(file[i])) << (8 * i);
  }
  if (header_size > kMaxHeaderBytes) {
    fail(Code::safetensors_header_too_large, "is not a safetensors file (its header would be " +
                                                 std::to_string(header_size) + " bytes, more than " +
                                                 std::to_string(kMaxHeaderBytes) + ")");
  }
  if (header_size > file_size - kSafetensorsLengthBytes || header_size > file.size() - kSafetensorsLengthBytes) {
    fail(Code::safetensors_header_truncated,
         "ends within its header; it is cut short, fetch it again, or is not a safetensors file");
  }
  std::string_view text = file.substr(kSafetensorsLengthBytes, header_size);
  if (!text.starts_with('{')) {
    fail(Code::safetensors_header_not_object, "is not a safetensors file (its header does not begin with '{')");
  }
  // Padding: taken off here because the JSON library would collect it in memory.
  text = text.substr(0, text.find_last_not_of(' ') + 1);

  const uint64_t data_size = file_size - kSafetensorsLengthBytes - header_size;
  SafetensorsJson json = read_safetensors_json(text, data_size, where);
  const uint64_t data_begin = kSafetensorsLengthBytes + header_size;
  sort_by_name(json.tensors, where);
  check_covered_once(json.tensors, data_begin, data_size, where);
  return {.tensors = std::move(json.tensors),
          .metadata = std::move(json.metadata),
          .metadata_passed_over = std::move(json.metadata_passed_over),
          .data_begin = static_cast<size_t>(data_begin)};
}

}  // namespace redraw
