#include "base/sha256.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <vector>

#include "base/error.h"
#include "base/input_file.h"

namespace redraw {
namespace {

// Fails only without memory, or where an administrator has taken SHA-256 out of OpenSSL.
void require(int outcome) {
  if (outcome != 1) throw Error(Code::internal, "OpenSSL does not compute SHA-256 here");
}

}  // namespace

struct Sha256::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  require(state_->context != nullptr ? EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) : 0);
}

Sha256::Sha256(const Sha256& other) : Sha256() {
  *this = other;
}

Sha256& Sha256::operator=(const Sha256& other) {
  if (this != &other) require(EVP_MD_CTX_copy_ex(state_->context.get(), other.state_->context.get()));
  return *this;
}

Sha256::~Sha256() = default;

void Sha256::add(std::span<const std::byte> bytes) {
  require(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()));
}

std::string Sha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  require(EVP_DigestFinal_ex(state_->context.get(), digest.data(), &size));
  std::string text;
  for (const unsigned char byte : std::span(digest).first(size)) text += fmt::format("{:02x}", byte);
  return text;
}

std::string sha256_of_file(const std::filesystem::path& path) {
  constexpr uint64_t kPieceBytes = uint64_t{1} << 20;
  const InputFile file = InputFile::open(path, FileOf::model);
  std::vector<std::byte> piece(std::min(kPieceBytes, file.size()));
  Sha256 hash;
  for (uint64_t at = 0; at < file.size();) {
    const auto part = std::span(piece).first(std::min<uint64_t>(piece.size(), file.size() - at));
    file.read(at, part);
    hash.add(part);
    at += part.size();
  }
  file.check_unchanged();
  return hash.hex();
}

}  // namespace redraw
