// Tensors of a checkpoint that torch.save wrote (PyTorch 1.6 and later): .ckpt, .pt, .pth, .bin.
#pragma once

#include <memory>

#include "base/input_file.h"
#include "weights/torch/strided_view.h"
#include "weights/torch/zip_directory.h"
#include "weights/weights_file.h"

namespace redraw {

/// A checkpoint whose archive, pickle and views have been checked whole; no code in it is ever run (see unpickle). The
/// numbers are read in place. The bytes of a storage are compared with their checksum when the first of them is asked
/// for, so a damaged file is an error and never other numbers. Entries count from the file's begin; a view that is not
/// contiguous (a transposed matrix) begins where its first element lies. Movable, not copyable.
class TorchFile final : public WeightsFile {
 public:
  /// Opens and checks the file. Throws Error: those of InputFile::open, zip_, pickle_, torch_.
  static TorchFile open(const std::filesystem::path& path);

  std::string_view format() const override { return "PyTorch checkpoint"; }
  const std::filesystem::path& path() const override { return file_.path(); }
  std::vector<FileIdentity> identities() const override { return {file_.identity()}; }
  std::span<const TensorEntry> tensors() const override { return tensors_; }
  /// "global_step" when the checkpoint says after how many steps of training it was saved.
  const std::map<std::string, std::string>& metadata() const override { return metadata_; }
  /// Throws as WeightsFile::read_bytes, and Error(zip_damaged) for a wrong checksum.
  void read_bytes(const TensorEntry& entry, uint64_t first, std::span<std::byte> out) const override;
  void prefetch() const noexcept override { file_.will_read(0, file_.size()); }

 private:
  struct Layout {
    size_t storage;  // of storages_
    StridedView view;
    bool is_contiguous;
  };
  struct Shared;  // what reading changes, behind locks

  explicit TorchFile(InputFile file) : file_(std::move(file)) {}
  void read_lists();
  void check_storage(size_t storage) const;
  void read_gathered(size_t tensor, uint64_t first, std::span<std::byte> out) const;

  InputFile file_;
  std::vector<ZipEntry> storages_;
  std::vector<TensorEntry> tensors_;
  std::vector<Layout> layouts_;  // of tensors_
  std::map<std::string, std::string> metadata_;
  std::shared_ptr<Shared> shared_;
};

/// True when a file that begins so is for TorchFile: a ZIP archive.
bool is_zip_archive(std::string_view head);
/// Throws Error(torch_legacy_format) when the file is what torch.save wrote before 1.6, a bare pickle or a tar archive,
/// or any other pickle; the first 512 bytes tell. Refused whatever is in them: their readers ran code.
void refuse_legacy_torch(std::string_view head, std::string_view where);

}  // namespace redraw
