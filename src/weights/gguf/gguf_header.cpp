#include "weights/gguf/gguf_header.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/checked.h"
#include "base/utf8.h"
#include "weights/gguf/gguf_types.h"
#include "weights/gguf/gguf_values.h"
#include "weights/names.h"
#include "weights/safetensors/safetensors_header.h"

namespace redraw {
namespace {

constexpr uint32_t kMagic = 0x46554747;  // "GGUF"
constexpr uint32_t kMaxRank = 4;         // GGML_MAX_DIMS

void check_magic_and_version(GgufReader& reader) {
  if (reader.number<uint32_t>() != kMagic) throw reader.error(Code::gguf_malformed, "is not a GGUF file");
  const auto version = reader.number<uint32_t>();
  if (version == 2 || version == 3) return;
  const bool is_big_endian = version != 0 && (version & 0xFFFFu) == 0;
  throw reader.error(Code::gguf_unsupported_version,
                     is_big_endian
                         ? "is a GGUF file in big-endian order, which is not supported"
                         : "has version " + std::to_string(version) + " of GGUF; redraw reads the versions 2 and 3");
}

std::string read_name(GgufReader& reader, size_t position) {
  const std::string what = "the name of tensor " + std::to_string(position + 1);
  std::string name = reader.string(kMaxTensorNameBytes, Code::gguf_bad_tensor, what);
  if (name.empty() || !is_utf8(name) || has_control_character(name)) {
    throw reader.error(Code::gguf_bad_tensor, what + " is empty, not UTF-8 or holds a control character");
  }
  return name;
}

/// One tensor as the header lists it; begin is checked against the file later, when it is known where the data begins.
TensorEntry read_tensor(GgufReader& reader, const GgufValues& values, size_t position) {
  std::string name = read_name(reader, position);
  const auto bad = [&](const std::string& what) {
    return reader.error(Code::gguf_bad_tensor, "tensor " + shown_name(name) + " " + what);
  };
  const auto rank = reader.number<uint32_t>();
  if (rank > kMaxRank) throw bad("has " + std::to_string(rank) + " dimensions; GGML has at most 4");
  std::array<int64_t, kMaxRank> extents{};
  for (size_t axis = rank; axis-- > 0;) {  // the innermost comes first
    const auto extent = reader.number<uint64_t>();
    if (extent > INT64_MAX) throw bad("has a dimension of more than 2^63 - 1");
    extents[axis] = static_cast<int64_t>(extent);
  }
  const std::string what = reader.error(Code::gguf_bad_tensor, "tensor " + shown_name(name)).what();
  int64_t elements = 1;
  // From the outermost on, as Shape multiplies: of a zero and a product that overflows, the one that it meets first.
  for (int64_t extent : std::span(extents).first(rank)) {
    elements = checked_mul(elements, extent, Code::gguf_bad_tensor, what);
  }
  const auto type_number = reader.number<uint32_t>();
  const GgmlType* type = find_ggml_type(type_number);
  if (type == nullptr || !type->dtype) {
    const std::string name_of_type = type ? std::string(type->name) : "number " + std::to_string(type_number);
    throw reader.error(
        Code::gguf_unsupported_type,
        "tensor " + shown_name(name) + " has elements of GGML's type " + name_of_type +
            ", which redraw does not read; take a file of Q4_0 to Q8_0, Q4_K to Q6_K, F16, BF16, F32 or F64");
  }
  const auto [block_elements, block_bytes] = dtype_block(*type->dtype);
  const int64_t row = rank == 0 ? 1 : extents[rank - 1];
  if (row % block_elements != 0) {
    throw bad("has rows of " + std::to_string(row) + " elements, no whole number of " + std::string(type->name) +
              "'s blocks of " + std::to_string(block_elements));
  }
  const int64_t bytes = checked_mul(elements / block_elements, block_bytes, Code::gguf_bad_tensor, what);
  const auto begin = reader.number<uint64_t>();
  if (begin > INT64_MAX || begin % values.alignment != 0) {
    throw bad("begins at byte " + std::to_string(begin) + ", not a multiple of the file's alignment of " +
              std::to_string(values.alignment));
  }
  const int64_t end = checked_add(static_cast<int64_t>(begin), bytes, Code::gguf_bad_tensor, what);
  Shape shape(std::span<const int64_t>(extents.data(), rank));
  if (const auto original = values.original_shapes.find(name); original != values.original_shapes.end()) {
    if (original->second.elements() != elements) {
      throw bad("is stored as " + shape.to_string() +
                ", which has another number of elements than its original shape " + original->second.to_string());
    }
    shape = original->second;
  }
  return {std::move(name), *type->dtype, shape, begin, static_cast<uint64_t>(end)};
}

void check_within_file(const GgufReader& reader, const std::vector<TensorEntry>& tensors, uint64_t data_size) {
  for (const TensorEntry& entry : tensors) {
    if (entry.end > data_size) {
      throw reader.error(Code::gguf_too_short, "tensor " + shown_name(entry.name) + " ends at byte " +
                                                   std::to_string(entry.end) + " of the data, which has only " +
                                                   std::to_string(data_size) +
                                                   "; the file may be cut short: fetch it again");
    }
  }
}

void check_apart(const GgufReader& reader, const std::vector<TensorEntry>& tensors) {
  std::vector<const TensorEntry*> in_file_order;
  in_file_order.reserve(tensors.size());
  for (const TensorEntry& entry : tensors) in_file_order.push_back(&entry);
  // An empty tensor sorts before the one that begins at the same byte, so it may stand between two tensors only.
  std::sort(in_file_order.begin(), in_file_order.end(), [](const TensorEntry* a, const TensorEntry* b) {
    return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
  });
  for (size_t i = 1; i < in_file_order.size(); ++i) {
    if (in_file_order[i]->begin < in_file_order[i - 1]->end) {
      throw reader.error(Code::gguf_overlap, "tensor " + shown_name(in_file_order[i]->name) + " overlaps tensor " +
                                                 shown_name(in_file_order[i - 1]->name));
    }
  }
}

void sort_by_name(const GgufReader& reader, std::vector<TensorEntry>& tensors) {
  std::sort(tensors.begin(), tensors.end(), [](const TensorEntry& a, const TensorEntry& b) { return a.name < b.name; });
  const auto twice = std::adjacent_find(tensors.begin(), tensors.end(),
                                        [](const TensorEntry& a, const TensorEntry& b) { return a.name == b.name; });
  if (twice != tensors.end()) {
    throw reader.error(Code::gguf_bad_tensor, "has two tensors " + shown_name(twice->name));
  }
}

}  // namespace

GgufHeader parse_gguf_header(ReadAt read_at, uint64_t file_size, std::string_view where) {
  GgufReader reader(std::move(read_at), file_size, where);
  check_magic_and_version(reader);
  const auto tensor_count = reader.number<uint64_t>();
  const auto value_count = reader.number<uint64_t>();
  if (tensor_count > kMaxTensors) {
    throw reader.error(Code::gguf_too_large, "has " + std::to_string(tensor_count) + " tensors, more than the " +
                                                 std::to_string(kMaxTensors) + " that redraw reads");
  }
  GgufValues values = read_gguf_values(reader, value_count);
  GgufHeader header;
  for (size_t i = 0; i < tensor_count; ++i) header.tensors.push_back(read_tensor(reader, values, i));
  header.metadata = std::move(values.metadata);
  header.metadata_passed_over = std::move(values.metadata_passed_over);

  // The header is at most kMaxHeaderBytes and the alignment bounded, so this cannot wrap.
  const uint64_t alignment = values.alignment;
  header.data_begin = (reader.position() + alignment - 1) / alignment * alignment;
  // A file without data may end right after its header.
  check_within_file(reader, header.tensors, file_size > header.data_begin ? file_size - header.data_begin : 0);
  check_apart(reader, header.tensors);
  sort_by_name(reader, header.tensors);
  return header;
}

}  // namespace redraw
