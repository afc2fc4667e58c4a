#include "library/sums_at_work.h"

#include <algorithm>
#include <array>
#include <sched.h>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "base/error.h"

namespace redraw {
namespace {

constexpr uint64_t kSumPieceBytes = uint64_t{1} << 16;

// Of the calling thread alone, by Linux's reading of both calls. SCHED_IDLE gets next to nothing of a processor that
// another thread wants.
void take_lowest_priority() {
  const sched_param none = {};
  if (::sched_setscheduler(0, SCHED_IDLE, &none) != 0) ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 19);
}

}  // namespace

// What the thread works on. It has its own copy of the parts, and wait() does not wait for it: on a busy processor a
// piece takes it some time, and only an administrator may give it another priority again.
struct SumsAtWork::Background {
  std::vector<Part> parts;
  std::function<void()> between_pieces;
  // The thread writes one slot while the other is published. It looks at is_stopped after each publication, so whoever
  // sets that first may read the published slot, and the parts before its `next`, at leisure.
  std::array<Progress, 2> slots = {};
  std::atomic<size_t> published = 0;
  std::atomic<bool> is_stopped = false;

  void run() noexcept;
};

void SumsAtWork::Background::run() noexcept {
  take_lowest_priority();
  try {
    Progress progress;
    std::optional<InputFile> file;
    for (size_t slot = 1; !is_stopped; slot = 1 - slot) {
      if (between_pieces) between_pieces();
      if (!read_piece(parts, progress, file)) return;
      slots[slot] = progress;
      published = slot;
    }
  } catch (...) {
    // No memory, say: wait() goes on from the last piece that was published.
  }
}

SumsAtWork::SumsAtWork(FileSums& sums, std::vector<ModelFiles> orders) : sums_(sums), orders_(std::move(orders)) {
  for (const ModelFiles& order : orders_) {
    for (const std::filesystem::path& path : file_paths(order)) parts_.push_back({.identity = identity_of(path)});
  }
}

SumsAtWork::~SumsAtWork() {
  try {
    take_over();
  } catch (...) {
    // No memory to keep a sum: it is computed again next time.
  }
  // A thread that is still at work when the process ends would use what is gone by then.
  if (thread_.joinable()) thread_.join();
}

void SumsAtWork::start(std::function<void()> between_pieces) {
  if (std::exchange(is_started_, true) || parts_.empty()) return;
  look_up();
  background_ = std::make_shared<Background>();
  background_->parts = parts_;
  background_->between_pieces = std::move(between_pieces);
  try {
    thread_ = std::thread([background = background_] { background->run(); });
  } catch (const std::system_error&) {
    // No thread is to be had: wait() does it all.
  }
}

std::vector<std::string> SumsAtWork::wait(const std::function<void()>& between_pieces) {
  if (!std::exchange(is_started_, true)) look_up();
  take_over();
  for (bool is_more = true; is_more;) {
    if (between_pieces) between_pieces();
    const size_t before = progress_.next;
    is_more = read_piece(parts_, progress_, file_);
    for (size_t i = before; i < progress_.next; ++i) keep(parts_[i]);
  }
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

void SumsAtWork::look_up() {
  for (Part& part : parts_) {
    if (part.identity) part.sha256 = sums_.find(*part.identity).value_or("");
    part.is_known = !part.sha256.empty();
  }
}

void SumsAtWork::take_over() {
  const std::shared_ptr<Background> background = std::exchange(background_, nullptr);
  if (!background) return;
  background->is_stopped = true;
  progress_ = background->slots.at(background->published);
  for (size_t i = 0; i < progress_.next; ++i) {
    parts_[i] = background->parts[i];
    keep(parts_[i]);
  }
}

void SumsAtWork::keep(const Part& part) {
  if (part.is_known || !part.identity || part.sha256.empty()) return;
  if (identity_of(part.identity->path) == part.identity) sums_.keep(*part.identity, part.sha256);
}

// False when there is nothing left.
bool SumsAtWork::read_piece(std::vector<Part>& parts, Progress& progress, std::optional<InputFile>& file) {
  while (progress.next < parts.size() && (parts[progress.next].is_known || !parts[progress.next].identity)) {
    ++progress.next;
  }
  if (progress.next == parts.size()) return false;
  Part& part = parts[progress.next];
  try {
    if (!file) file = InputFile::open(part.identity->path);
    if (file->identity() != *part.identity) throw Error(Code::file_changed, "");
    std::vector<std::byte> piece(std::min(kSumPieceBytes, file->size() - progress.at));
    file->read(progress.at, piece);
    progress.hash.add(piece);
    progress.at += piece.size();
    progress.bytes_read += piece.size();
    if (progress.at < file->size()) return true;
    part.sha256 = progress.hash.hex();
  } catch (const Error&) {
    part.identity.reset();  // gone, changed or unreadable: it has no sum
  }
  file.reset();
  progress.hash = Sha256();
  progress.at = 0;
  ++progress.next;
  return true;
}

}  // namespace redraw
