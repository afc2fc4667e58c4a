// SHA-256 (FIPS 180-4) by OpenSSL, of files too large for memory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace redraw {

class Sha256 {
 public:
  Sha256();
  /// A copy goes on from the same bytes.
  Sha256(const Sha256& other);
  Sha256& operator=(const Sha256& other);
  ~Sha256();

  void add(std::span<const std::byte> bytes);
  /// 64 hexadecimal digits of what was added; nothing may be added after that.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads the file in pieces. Of a model: throws Error model_part_missing, model_file_unreadable; model_file_changed
/// when somebody writes to it meanwhile.
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace redraw
