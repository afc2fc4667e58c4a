#include "weights/file_kind.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/ascii.h"
#include "base/input_file.h"
#include "base/utf8.h"
#include "weights/header_limits.h"
#include "weights/server_answer.h"
#include "weights/shown_text.h"

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
    {0, "GIF8", "it is a picture (GIF): give the weights here"},
    {8, "WEBP", "it is a picture (WebP): give the weights here"},
    {4, "ftyp", "it is a film or a picture (MP4, HEIC, AVIF): give the weights here"},
    {0, "\x89HDF", "it is an HDF5 file, perhaps of Keras: take the model's safetensors instead"},
    {0, "\x93NUMPY", "it is an array of NumPy (.npy): take the model's safetensors instead"},
    {4, "TFL3", "it is a TensorFlow Lite model: take the model's safetensors instead"},
    {0, "\x1F\x8B", "it is compressed with gzip: unpack it first"},
    {0, "7z\xBC\xAF\x27\x1C", "it is a 7-Zip archive: unpack it first"},
    {0, "\x28\xB5\x2F\xFD", "it is compressed with Zstandard: unpack it first"},
    {0,
     "\xFD"
     "7zXZ",
     "it is compressed with xz: unpack it first"},
    {0, "BZh", "it is compressed with bzip2: unpack it first"},
    {0, "Rar!", "it is a RAR archive: unpack it first"},
    {0, "PK\5\6", "it is an empty ZIP archive: fetch the file again"},
    {0, "%PDF", "it is a PDF document: give the weights here"},
    {0, "SQLite format 3", "it is a SQLite database: give the weights here"},
    {0,
     "\x7F"
     "ELF",
     "it is a program: give the weights here"},
    {0, "MZ", "it is a program for Windows: give the weights here"},
});

/// What else comes in a ZIP archive, by how the name of its first entry ends or begins. torch.save's entries are none
/// of these.
struct ZipRow {
  std::string_view begins;
  std::string_view ends;
  std::string_view what;
};
constexpr std::string_view kUnpackPictures =
    "it is a ZIP archive of pictures: give the weights here, or unpack it and give one of the pictures to img2img";
constexpr std::string_view kUnpackModel =
    "it is a ZIP archive with a model in it: unpack it first, and give what is in it";
constexpr std::string_view kKeras = "it is a model of Keras: take the model's safetensors instead";
constexpr std::string_view kOffice = "it is a document in a ZIP archive: give the weights here";
constexpr auto kZipTable = std::to_array<ZipRow>({
    {"", ".npy", "it is an archive of NumPy arrays (.npz): take the model's safetensors instead"},
    {"", ".png", kUnpackPictures},
    {"", ".jpg", kUnpackPictures},
    {"", ".jpeg", kUnpackPictures},
    {"", ".webp", kUnpackPictures},
    {"", ".gif", kUnpackPictures},
    {"", ".safetensors", kUnpackModel},
    {"", ".ckpt", kUnpackModel},
    {"", ".gguf", kUnpackModel},
    {"", ".pt", kUnpackModel},
    {"", ".pth", kUnpackModel},
    {"", ".bin", kUnpackModel},
    {"", "model_index.json", kUnpackModel},
    {"", ".weights.h5", kKeras},
    {"metadata.json", "metadata.json", kKeras},
    {"", ".onnx", "it is a ZIP archive with an ONNX model: take the model's safetensors instead"},
    {"[Content_Types].xml", "", kOffice},
    {"mimetype", "mimetype", kOffice},
    {"META-INF/", "", "it is a Java archive: give the weights here"},
});

// A protocol buffer whose first fields are a small number (ir_version) and a text (producer_name).
bool looks_like_onnx(std::string_view head) {
  return head.size() >= 4 && head[0] == '\x08' && head[1] > 0 && head[1] < 0x20 && head[2] == '\x12' && head[3] > 0;
}

// Weights begin with the length of their header, which no text and few magic numbers are small enough for, and the
// header with its brace.
bool may_be_safetensors(std::string_view head) {
  if (head.size() < 9 || head[8] != '{') return false;
  uint64_t length = 0;
  for (size_t i = 0; i < 8; ++i) length |= static_cast<uint64_t>(static_cast<unsigned char>(head[i])) << (8 * i);
  return length <= kMaxHeaderBytes;
}

// The name in the header before the first entry (PKWARE's APPNOTE, 4.3.7), in small letters.
std::string first_zip_name(std::string_view head) {
  constexpr size_t kNameLengthAt = 26;
  constexpr size_t kNameAt = 30;
  if (!head.starts_with("PK\3\4") || head.size() < kNameAt) return "";
  const auto byte = [&](size_t at) { return static_cast<size_t>(static_cast<unsigned char>(head[at])); };
  const size_t length = byte(kNameLengthAt) | byte(kNameLengthAt + 1) << 8;
  return std::string(head.substr(kNameAt, length));
}

std::string recognised_zip(std::string_view head) {
  const std::string name = first_zip_name(head);
  for (const ZipRow& row : kZipTable) {
    if (!name.empty() && name.starts_with(row.begins) && ascii_small(name).ends_with(ascii_small(row.ends)))
      return std::string(row.what) + " (the first: " + shown_text(name) + ")";
  }
  return "";
}

bool is_text(std::string_view head) {
  // The head may end within a character.
  for (int cut = 0; cut < 4 && !head.empty() && !is_utf8(head); ++cut) head.remove_suffix(1);
  return !head.empty() && is_utf8(head) && std::ranges::none_of(head, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f';
  });
}

}  // namespace

std::string recognised_as_other(std::string_view head) {
  if (may_be_safetensors(head)) return "";
  if (std::string zip = recognised_zip(head); !zip.empty()) return zip;
  for (const Row& row : kTable) {
    if (head.size() > row.at && head.substr(row.at).starts_with(row.magic)) return std::string(row.what);
  }
  if (looks_like_onnx(head)) return "it looks like an ONNX model: take the model's safetensors instead";
  const size_t first = head.find_first_not_of(" \t\r\n");
  if (first == head.npos) return "";
  if (const std::string words = words_of_server_answer(head); !words.empty()) {
    return "it is an error that a server answered in place of the file: " + words +
           "; see what it asks for (often to log in, or a token), and fetch the file again";
  }
  if (head[first] == '<') return "it looks like a web page: fetch the file again";
  if (head[first] == '{' || (head[first] == '[' && is_text(head))) {
    return "it looks like a JSON file: give the weights, or the index of weights in several files (*.index.json)";
  }
  return "";
}

std::string guessed_as_other(std::string_view head, uint64_t file_size) {
  if (file_size == 0) return "it is empty; the download did not start: fetch it again";
  if (std::string other = recognised_as_other(head); !other.empty()) return other;
  if (may_be_safetensors(head)) return "";
  if (std::ranges::all_of(head, [](char c) { return c == '\0'; })) {
    return "it begins with zeros; the download was interrupted: fetch it again";
  }
  if (is_text(head))
    return "it looks like a text (" + shown_text(head.substr(0, head.find_first_of("\r\n"))) + "): give the weights";
  return "";
}

std::string unfinished_by_name(const std::filesystem::path& path) {
  constexpr auto kEndings =
      std::to_array<std::string_view>({".part", ".partial", ".crdownload", ".download", ".opdownload", ".incomplete",
                                       ".aria2", ".tmp", ".!ut", ".ytdl"});
  const std::string name = ascii_small(path.filename().string());
  if (std::ranges::any_of(kEndings, [&](std::string_view ending) { return name.ends_with(ending); })) {
    return "by its name it is a download that is not finished: let it finish, or fetch the file again";
  }
  if (is_there(path.string() + ".aria2")) {
    return "aria2 has not finished fetching it (" + path.filename().string() +
           ".aria2 lies beside it): let it finish, or fetch the file again";
  }
  return "";
}

}  // namespace redraw
