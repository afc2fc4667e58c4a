#include "library/sums_at_work.h"

#include <algorithm>
#include <sched.h>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "base/error.h"

namespace redraw {
namespace {

constexpr uint64_t kSumPieceBytes = uint64_t{1} << 20;

// Of the calling thread alone, by Linux's reading of both calls. SCHED_IDLE gets next to nothing of a processor that
// another thread wants.
void take_lowest_priority() {
  const sched_param none = {};
  if (::sched_setscheduler(0, SCHED_IDLE, &none) != 0) ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 19);
}

}  // namespace

SumsAtWork::SumsAtWork(FileSums& sums, std::vector<ModelFiles> orders) : sums_(sums), orders_(std::move(orders)) {
  for (const ModelFiles& order : orders_) {
    for (const std::filesystem::path& path : file_paths(order)) parts_.push_back({.identity = identity_of(path)});
  }
}

SumsAtWork::~SumsAtWork() {
  stop();
}

void SumsAtWork::start() {
  if (std::exchange(is_started_, true) || parts_.empty()) return;
  try {
    thread_ = std::thread([this] { work_in_background(); });
  } catch (const std::system_error&) {
    // No thread is to be had: wait() does it all.
  }
}

std::vector<std::string> SumsAtWork::wait(const std::function<void()>& between_pieces) {
  stop();
  do {
    if (between_pieces) between_pieces();
  } while (read_piece());
  sums_.save();
  std::vector<std::string> results;
  auto part = parts_.begin();
  for (const ModelFiles& order : orders_) {
    bool is_same = true;
    std::vector<std::string> sums;
    for (size_t i = 0; i < file_paths(order).size(); ++i, ++part) {
      // Also of files whose sum was known: they may have changed since.
      is_same = is_same && part->identity && identity_of(part->identity->path) == part->identity;
      sums.push_back(part->sha256);
    }
    results.push_back(is_same && !sums.empty() ? model_sha256(order, sums) : "");
  }
  return results;
}

void SumsAtWork::work_in_background() {
  take_lowest_priority();
  while (!is_stopped_ && read_piece()) {
  }
}

void SumsAtWork::stop() {
  is_stopped_ = true;
  if (thread_.joinable()) thread_.join();
}

// False when there is nothing left. Only one thread at a time comes here: wait() joins the other first.
bool SumsAtWork::read_piece() {
  if (next_ == parts_.size()) return false;
  Part& part = parts_[next_];
  try {
    if (!reading_) open_next(part);
    if (reading_) {
      Reading& reading = *reading_;
      std::vector<std::byte> piece(std::min(kSumPieceBytes, reading.file.size() - reading.at));
      reading.file.read(reading.at, piece);
      reading.hash.add(piece);
      reading.at += piece.size();
      bytes_read_ += piece.size();
      if (reading.at == reading.file.size()) finish_file(part);
    }
  } catch (const Error&) {
    part.identity.reset();  // gone, changed or unreadable: it has no sum
    reading_.reset();
  }
  if (!reading_) ++next_;
  return true;
}

void SumsAtWork::open_next(Part& part) {
  if (!part.identity) return;
  if (const std::optional<std::string> known = sums_.find(*part.identity)) {
    part.sha256 = *known;
    return;
  }
  reading_.emplace(part.identity->path);
}

void SumsAtWork::finish_file(Part& part) {
  part.sha256 = reading_->hash.hex();
  reading_.reset();
  if (identity_of(part.identity->path) == part.identity) sums_.keep(*part.identity, part.sha256);
}

}  // namespace redraw
