#include "library/file_sums.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "base/json_text.h"
#include "base/temporary_file.h"
#include "base/utf8.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kNsOfSecond = 1'000'000'000;
constexpr int64_t kSettledNs = 2 * kNsOfSecond;

int64_t nanoseconds_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

bool is_sha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

FileSums::FileSums(fs::path cache_folder, std::function<int64_t()> clock)
    : cache_folder_(std::move(cache_folder)), clock_(clock ? std::move(clock) : nanoseconds_now) {}

std::optional<std::string> FileSums::find(const FileIdentity& file) {
  const std::lock_guard lock(mutex_);
  if (!is_read_) {
    is_read_ = true;
    Entries kept = read();
    entries_.merge(kept);
  }
  const auto entry = entries_.find(file.path.string());
  if (entry == entries_.end() || entry->second.file != file) return std::nullopt;
  return entry->second.sha256;
}

void FileSums::keep(const FileIdentity& file, const std::string& sha256) {
  const int64_t now = clock_();
  const auto is_recent = [now](int64_t time) { return time > now - kSettledNs && time < now + kSettledNs; };
  if (is_recent(file.modified_ns) || is_recent(file.changed_ns)) return;
  const std::lock_guard lock(mutex_);
  entries_[file.path.string()] = {.file = file, .sha256 = sha256, .kept_ns = now};
  is_changed_ = true;
}

void FileSums::save() noexcept {
  const std::lock_guard lock(mutex_);
  if (cache_folder_.empty() || !std::exchange(is_changed_, false)) return;
  try {
    Entries all = entries_;
    all.merge(read());  // what another process has written meanwhile
    std::vector<const Entry*> newest;
    for (const auto& [path, entry] : all) {
      if (is_utf8(path)) newest.push_back(&entry);  // others JSON cannot hold
    }
    std::ranges::sort(newest, std::ranges::greater(), &Entry::kept_ns);
    newest.resize(std::min(newest.size(), kMostKept));
    nlohmann::json rows = nlohmann::json::array();
    for (const Entry* entry : newest) {
      rows.push_back({{"path", entry->file.path.string()},
                      {"bytes", entry->file.size},
                      {"modified_ns", entry->file.modified_ns},
                      {"changed_ns", entry->file.changed_ns},
                      {"device", entry->file.device},
                      {"inode", entry->file.inode},
                      {"sha256", entry->sha256},
                      {"kept_ns", entry->kept_ns}});
    }
    const std::string text = json_text({{"files", rows}}) + "\n";
    fs::create_directories(cache_folder_);
    replace_file(cache_file(), std::as_bytes(std::span(text)));
  } catch (const std::exception&) {
    // A full disk, a folder that is not ours: the sums stay in memory.
  }
}

FileSums::Entries FileSums::read() const {
  if (cache_folder_.empty()) return {};
  try {
    constexpr int64_t kMany = std::numeric_limits<int64_t>::max();
    Entries entries;
    const JsonObject file = JsonObject::read(cache_file(), FileOf::user);
    for (const nlohmann::json& json : file.raw().at("files")) {
      const JsonObject row = JsonObject::parse(json.dump(), "");
      const std::string path = row.string("path");
      const auto number = [&](const char* field) { return json.at(field).get<uint64_t>(); };
      Entry entry{.file = FileIdentity{.path = path,
                                       .device = number("device"),
                                       .inode = number("inode"),
                                       .size = number("bytes"),
                                       .modified_ns = row.integer("modified_ns", -kMany, kMany),
                                       .changed_ns = row.integer("changed_ns", -kMany, kMany)},
                  .sha256 = row.string("sha256"),
                  .kept_ns = row.integer("kept_ns", -kMany, kMany)};
      if (is_sha256(entry.sha256)) entries.emplace(path, std::move(entry));
    }
    return entries;
  } catch (const std::exception&) {
    return {};  // none, or a damaged one
  }
}

}  // namespace redraw
