#include "weights/safetensors/safetensors.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace redraw {
namespace {

// The bytes that the header takes, as far as the file has them; what they claim is checked by the parser.
std::vector<std::byte> head_of(const InputFile& file) {
  std::vector<std::byte> head(std::min(kSafetensorsLengthBytes, file.size()));
  file.read(0, head);
  if (head.size() < kSafetensorsLengthBytes) return head;
  uint64_t length = 0;
  for (size_t i = 0; i < kSafetensorsLengthBytes; ++i) length |= static_cast<uint64_t>(head[i]) << (8 * i);
  // The parser's hint about what the file is instead looks at a few bytes past the length.
  constexpr uint64_t kHintBytes = 512;
  const uint64_t wanted = length > kMaxHeaderBytes ? kHintBytes : length;
  head.resize(kSafetensorsLengthBytes + std::min(wanted, file.size() - kSafetensorsLengthBytes));
  file.read(kSafetensorsLengthBytes, std::span(head).subspan(kSafetensorsLengthBytes));
  return head;
}

}  // namespace

SafetensorsFile::SafetensorsFile(InputFile file, SafetensorsHeader header)
    : file_(std::move(file)), header_(std::move(header)) {}

SafetensorsFile SafetensorsFile::open(const std::filesystem::path& path) {
  InputFile file = InputFile::open(path, FileOf::model);
  SafetensorsHeader header = parse_safetensors_header(head_of(file), file.size(), path.string());
  return {std::move(file), std::move(header)};
}

void SafetensorsFile::read_bytes(const TensorEntry& entry, uint64_t first, std::span<std::byte> out) const {
  check_range(entry, first, out.size());
  file_.read(header_.data_begin + entry.begin + first, out);
}

}  // namespace redraw
