#include "weights/gguf/gguf.h"

#include <utility>

namespace redraw {

GgufFile::GgufFile(InputFile file, GgufHeader header) : file_(std::move(file)), header_(std::move(header)) {}

GgufFile GgufFile::open(const std::filesystem::path& path) {
  InputFile file = InputFile::open(path, FileOf::model);
  GgufHeader header = parse_gguf_header([&](uint64_t offset, std::span<std::byte> out) { file.read(offset, out); },
                                        file.size(), path.string());
  return {std::move(file), std::move(header)};
}

void GgufFile::read_bytes(const TensorEntry& entry, uint64_t first, std::span<std::byte> out) const {
  check_range(entry, first, out.size());
  file_.read(header_.data_begin + entry.begin + first, out);
}

}  // namespace redraw
