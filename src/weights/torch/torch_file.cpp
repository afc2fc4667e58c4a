#include "weights/torch/torch_file.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <utility>

#include "base/error.h"
#include "weights/metadata_keys.h"
#include "weights/shown_text.h"
#include "weights/torch/torch_state_dict.h"
#include "weights/torch/unpickler.h"

namespace redraw {
namespace {

ReadAt reader(const InputFile& file) {
  return [&file](uint64_t offset, std::span<std::byte> out) { file.read(offset, out); };
}

/// The folder that holds everything in the archive, with its slash: torch.save names it after the file.
std::string archive_folder(const std::vector<ZipEntry>& entries, std::string_view where) {
  const std::string& first = entries.front().name;
  std::string folder = first.substr(0, first.find('/') + 1);
  const auto in_folder = [&](const ZipEntry& entry) { return entry.name.starts_with(folder); };
  if (folder.empty() || !std::all_of(entries.begin(), entries.end(), in_folder) ||
      find_zip_entry(entries, folder + "data.pkl") == nullptr) {
    throw Error(Code::zip_unsupported,
                std::string(where) + ": is a ZIP archive, but not one that torch.save wrote (it has no data.pkl)");
  }
  const auto is_script = [&](const ZipEntry& entry) {
    return entry.name == folder + "constants.pkl" || entry.name.starts_with(folder + "code/");
  };
  if (std::any_of(entries.begin(), entries.end(), is_script)) {
    throw Error(Code::torch_legacy_format, std::string(where) +
                                               ": is a TorchScript archive, a program with its weights; redraw runs "
                                               "none: get the model as safetensors");
  }
  return folder;
}

/// The content of an entry that is small, its checksum compared.
std::string read_entry(const ZipEntry& entry, const ReadAt& read, std::string_view where) {
  std::string bytes(static_cast<size_t>(entry.size), '\0');
  check_zip_crc(entry, read, where);
  read(entry.data_begin, std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

/// The format's version and byte order, which torch.save writes as texts of their own.
void check_conventions(const std::vector<ZipEntry>& entries, const std::string& folder, const ReadAt& read,
                       std::string_view where) {
  constexpr uint64_t kLongest = 16;
  constexpr int kNewestVersion = 10;  // torch's own limit
  const auto text = [&](const char* name) -> std::string {
    const ZipEntry* entry = find_zip_entry(entries, folder + name);
    if (entry == nullptr) return "";
    return entry->size > kLongest ? "?" : read_entry(*entry, read, where);
  };
  std::string version = text("version");
  if (version.ends_with('\n')) version.pop_back();
  const bool is_number =
      !version.empty() && version.size() <= 2 && version.find_first_not_of("0123456789") == std::string::npos;
  if (!is_number || std::stoi(version) < 1 || std::stoi(version) > kNewestVersion) {
    throw Error(Code::zip_unsupported, std::string(where) + ": is of version " + shown_text(version) +
                                           " of torch.save's format; redraw reads 1 to " +
                                           std::to_string(kNewestVersion));
  }
  const std::string order = text("byteorder");
  if (!order.empty() && order != "little") {
    throw Error(Code::torch_bad_storage, std::string(where) + ": its numbers have the byte order " + shown_text(order) +
                                             "; redraw reads little-endian checkpoints");
  }
}

TensorEntry entry_of(const std::string& name, const StridedView& view, uint64_t storage_begin, std::string_view where) {
  if (view.extents.size() > Shape::kMaxRank) {
    throw Error(Code::torch_bad_tensor, std::string(where) + ": tensor " + shown_text(name) + " has more than the " +
                                            std::to_string(Shape::kMaxRank) + " dimensions that redraw supports");
  }
  Shape shape(view.extents);
  const uint64_t begin = storage_begin + static_cast<uint64_t>(view.offset * dtype_bytes(view.dtype));
  const auto bytes = static_cast<uint64_t>(stored_bytes(view.dtype, shape.elements()));
  return {name, view.dtype, shape, begin, begin + bytes};
}

}  // namespace

struct TorchFile::Shared {
  explicit Shared(size_t storages) : checked(storages) {}

  std::vector<std::once_flag> checked;  // of storages_
  std::mutex gathering;
  size_t gathered_tensor = SIZE_MAX;  // the one whose elements are kept, as they are asked for piece by piece
  std::vector<std::byte> gathered;
};

TorchFile TorchFile::open(const std::filesystem::path& path) {
  TorchFile file(InputFile::open(path, FileOf::model));
  file.read_lists();
  return file;
}

void TorchFile::read_lists() {
  const std::string where = file_.path().string();
  const ReadAt read = reader(file_);
  std::vector<ZipEntry> entries = read_zip_directory(file_.size(), read, where);
  const std::string folder = archive_folder(entries, where);
  check_conventions(entries, folder, read, where);
  const ZipEntry& pickle_entry = *find_zip_entry(entries, folder + "data.pkl");
  if (pickle_entry.size > kMaxPickleBytes) {
    throw Error(Code::pickle_too_large, where + ": its data.pkl has more than the " +
                                            std::to_string(kMaxPickleBytes >> 20) + " MiB it may have");
  }
  const std::string pickle = read_entry(pickle_entry, read, where);
  const FindStorage find_storage = [&](std::string_view key) -> std::optional<StorageFound> {
    if (key.find('/') != std::string_view::npos) return std::nullopt;
    const ZipEntry* entry = find_zip_entry(entries, folder + "data/" + std::string(key));
    if (entry == nullptr) return std::nullopt;
    return StorageFound{static_cast<size_t>(entry - entries.data()), entry->size};
  };
  const PickleTree tree = unpickle(std::as_bytes(std::span(pickle)), find_storage, where + ": " + pickle_entry.name);
  const TorchStateDict state = read_state_dict(tree, where);
  for (const NamedTensor& named : state.tensors) {
    const TorchTensor& tensor = tree.tensors[named.tensor];
    const size_t storage = tree.storages[tensor.storage].entry;
    tensors_.push_back(entry_of(named.name, tensor.view, entries[storage].data_begin, where));
    layouts_.push_back({storage, tensor.view, tensor.view.is_contiguous()});
  }
  if (state.global_step) metadata_[std::string(kTrainingStepKey)] = std::to_string(*state.global_step);
  storages_ = std::move(entries);
  shared_ = std::make_shared<Shared>(storages_.size());
}

void TorchFile::check_storage(size_t storage) const {
  // When it throws, the next read checks again.
  std::call_once(shared_->checked[storage],
                 [&] { check_zip_crc(storages_[storage], reader(file_), file_.path().string()); });
}

void TorchFile::read_bytes(const TensorEntry& entry, uint64_t first, std::span<std::byte> out) const {
  check_range(entry, first, out.size());
  const auto tensor = static_cast<size_t>(&require(entry.name) - tensors_.data());
  check_storage(layouts_[tensor].storage);
  if (layouts_[tensor].is_contiguous) {
    file_.read(tensors_[tensor].begin + first, out);
  } else {
    read_gathered(tensor, first, out);
  }
}

void TorchFile::read_gathered(size_t tensor, uint64_t first, std::span<std::byte> out) const {
  const std::lock_guard lock(shared_->gathering);
  std::vector<std::byte>& gathered = shared_->gathered;
  if (shared_->gathered_tensor != tensor) {
    shared_->gathered_tensor = SIZE_MAX;
    gathered.resize(static_cast<size_t>(tensors_[tensor].end - tensors_[tensor].begin));
    const Layout& layout = layouts_[tensor];
    const uint64_t begin = storages_[layout.storage].data_begin;
    gather_rows(
        layout.view, [&](uint64_t offset, std::span<std::byte> piece) { file_.read(begin + offset, piece); }, gathered);
    shared_->gathered_tensor = tensor;
  }
  file_.check_unchanged();
  std::copy_n(gathered.begin() + static_cast<std::ptrdiff_t>(first), out.size(), out.begin());
}

bool is_zip_archive(std::string_view head) {
  return head.starts_with("PK\3\4");
}

void refuse_legacy_torch(std::string_view head, std::string_view where) {
  constexpr size_t kTarMagicAt = 257;
  constexpr uint8_t kNewestProtocol = 5;
  // A safetensors file may begin with the same two bytes: its length, below 2^40, and the brace of its header.
  const bool is_safetensors = head.size() > 8 && head[8] == '{' && head.substr(5, 3) == std::string_view("\0\0\0", 3);
  const bool is_pickle =
      !is_safetensors && head.size() > 2 && head[0] == '\x80' && static_cast<uint8_t>(head[1]) <= kNewestProtocol;
  const bool is_tar = !is_safetensors && head.size() > kTarMagicAt && head.substr(kTarMagicAt).starts_with("ustar");
  if (is_pickle || is_tar) {
    throw Error(
        Code::torch_legacy_format,
        std::string(where) + ": is a " + (is_tar ? "tar archive" : "Python pickle") +
            ", as torch.save wrote before PyTorch 1.6; redraw does not read these: get the model as safetensors");
  }
}

}  // namespace redraw
