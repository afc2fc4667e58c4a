#include <filesystem>
#include <utility>

#include "redraw/request.h"

namespace redraw {

Picture Picture::file(std::string path) {
  Picture picture;
  picture.name = std::filesystem::path(path).filename().string();
  picture.from = std::move(path);
  return picture;
}

Picture Picture::memory(std::vector<std::byte> bytes, std::string name) {
  return {.name = std::move(name), .from = std::make_shared<const std::vector<std::byte>>(std::move(bytes))};
}

}  // namespace redraw
