#include "weights/safetensors/safetensors_writer.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/checked.h"
#include "base/json_text.h"
#include "weights/safetensors/safetensors_header.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

constexpr size_t kAlignment = 8;

std::string header_of(std::span<const TensorToWrite> tensors, const Metadata& metadata, uint64_t& data_bytes) {
  std::string header = "{";
  if (!metadata.empty()) {
    header += "\"__metadata__\":" + json_text(metadata);
  }
  int64_t at = 0;
  for (const TensorToWrite& tensor : tensors) {
    const int64_t end =
        checked_add(at, stored_bytes(tensor.dtype, tensor.shape.elements()), Code::file_too_large, tensor.name);
    header += (header.size() == 1 ? "" : ",") + nlohmann::json(tensor.name).dump() + ":{\"dtype\":\"" +
              std::string(dtype_name(tensor.dtype)) + "\",\"shape\":[";
    for (size_t i = 0; i < tensor.shape.rank(); ++i) {
      header += (i == 0 ? "" : ",") + std::to_string(tensor.shape[i]);
    }
    header += "],\"data_offsets\":[" + std::to_string(at) + "," + std::to_string(end) + "]}";
    at = end;
  }
  header += "}";
  header.append((kAlignment - header.size() % kAlignment) % kAlignment, ' ');
  data_bytes = static_cast<uint64_t>(at);
  return header;
}

/// A file under another name until it is whole.
class PendingFile {
 public:
  explicit PendingFile(const fs::path& path) : path_(path), pending_(path.string() + ".part") {
    file_ = std::fopen(pending_.c_str(), "wbx");
    if (file_ == nullptr && errno == EEXIST) {
      // Left by a run that was ended in its midst.
      std::error_code ignored;
      fs::remove(pending_, ignored);
      file_ = std::fopen(pending_.c_str(), "wbx");
    }
    if (file_ == nullptr) fail();
  }
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile() {
    if (file_ == nullptr) return;
    std::fclose(file_);
    std::error_code ignored;
    fs::remove(pending_, ignored);
  }

  void write(std::span<const std::byte> bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) fail();
  }

  void finish() {
    if (std::fflush(file_) != 0 || ::fsync(::fileno(file_)) != 0) fail();
    std::FILE* file = file_;
    file_ = nullptr;
    std::error_code error;
    if (std::fclose(file) == 0) {
      fs::rename(pending_, path_, error);
      if (!error) return;
    }
    std::error_code ignored;
    fs::remove(pending_, ignored);
    throw Error(Code::output_not_writable, path_.string() + ": cannot be written: " + error.message());
  }

 private:
  [[noreturn]] void fail() const {
    const int reason = errno;
    throw Error(reason == ENOSPC ? Code::disk_full : Code::output_not_writable,
                path_.string() + ": cannot be written: " + std::strerror(reason));
  }

  fs::path path_;
  fs::path pending_;
  std::FILE* file_ = nullptr;
};

void check_room(const fs::path& path, uint64_t bytes) {
  std::error_code error;
  const fs::space_info space = fs::space(path.has_parent_path() ? path.parent_path() : fs::path("."), error);
  if (error || space.available >= bytes) return;
  throw Error(Code::disk_full, path.string() + ": needs " + std::to_string(bytes >> 20) + " MiB, and there are " +
                                   std::to_string(space.available >> 20) + " MiB");
}

}  // namespace

void write_safetensors(const fs::path& path, std::span<const TensorToWrite> tensors, const Metadata& metadata) {
  uint64_t data_bytes = 0;
  const std::string header = header_of(tensors, metadata, data_bytes);
  check_room(path, kSafetensorsLengthBytes + header.size() + data_bytes);
  PendingFile file(path);
  std::array<std::byte, kSafetensorsLengthBytes> length{};
  for (size_t i = 0; i < kSafetensorsLengthBytes; ++i)
    length[i] = static_cast<std::byte>(header.size() >> (8 * i) & 0xFF);
  file.write(length);
  file.write(std::as_bytes(std::span(header)));
  for (const TensorToWrite& tensor : tensors) {
    const auto expected = static_cast<uint64_t>(stored_bytes(tensor.dtype, tensor.shape.elements()));
    uint64_t written = 0;
    tensor.write([&](std::span<const std::byte> bytes) {
      written += bytes.size();
      if (written <= expected) file.write(bytes);
    });
    if (written != expected) {
      throw Error(Code::internal,
                  tensor.name + ": " + std::to_string(written) + " bytes were made for " + std::to_string(expected));
    }
  }
  file.finish();
}

}  // namespace redraw
