#include "weights/file_kind.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "weights/safetensors_header.h"

namespace redraw {
namespace {

using namespace std::string_view_literals;

struct Row {
  size_t at;
  std::string_view magic;
  std::string_view what;  ///< with what to do
};
constexpr auto kTable = std::to_array<Row>({
    {0, "version https://git-lfs", "it is a Git LFS pointer: run 'git lfs pull' to fetch the file itself"},
    {0, "lmgg", "it is a GGML file from before GGUF: convert it to GGUF or safetensors"},
    {0, "fmgg", "it is a GGML file from before GGUF: convert it to GGUF or safetensors"},
    {0, "tjgg", "it is a GGML file from before GGUF: convert it to GGUF or safetensors"},
    {0, "\x89PNG", "it is a picture (PNG): give the weights here"},
    {0, "\xFF\xD8\xFF", "it is a picture (JPEG): give the weights here"},
    {8, "WEBP", "it is a picture (WebP): give the weights here"},
    {0, "\x89HDF", "it is an HDF5 file, perhaps of Keras: take the model's safetensors instead"},
    {4, "TFL3", "it is a TensorFlow Lite model: take the model's safetensors instead"},
    {0, "\x1F\x8B", "it is compressed with gzip: unpack it first"},
    {0, "7z\xBC\xAF\x27\x1C", "it is a 7-Zip archive: unpack it first"},
    {0, "\x28\xB5\x2F\xFD", "it is compressed with Zstandard: unpack it first"},
    {0, "Rar!", "it is a RAR archive: unpack it first"},
    {0, "%PDF", "it is a PDF document: give the weights here"},
});

// A protocol buffer whose first fields are a small number (ir_version) and a text (producer_name).
bool looks_like_onnx(std::string_view head) {
  return head.size() >= 4 && head[0] == '\x08' && head[1] > 0 && head[1] < 0x20 && head[2] == '\x12' && head[3] > 0;
}

// Weights begin with the length of their header, which no text or magic number is small enough for.
bool may_be_safetensors(std::string_view head) {
  if (head.size() < 8) return false;
  uint64_t length = 0;
  for (size_t i = 0; i < 8; ++i) length |= static_cast<uint64_t>(static_cast<unsigned char>(head[i])) << (8 * i);
  return length <= kMaxHeaderBytes;
}

}  // namespace

std::string recognised_as_other(std::string_view head) {
  if (may_be_safetensors(head)) return "";
  for (const Row& row : kTable) {
    if (head.size() > row.at && head.substr(row.at).starts_with(row.magic)) return std::string(row.what);
  }
  if (looks_like_onnx(head)) return "it looks like an ONNX model: take the model's safetensors instead";
  const size_t first = head.find_first_not_of(" \t\r\n");
  if (first == head.npos) return "";
  if (head[first] == '<') return "it looks like a web page: fetch the file again";
  if (head[first] == '{') {
    return "it looks like a JSON file: give the weights, or the index of weights in several files (*.index.json)";
  }
  return "";
}

}  // namespace redraw
