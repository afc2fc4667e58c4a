// A model on disk: one file or a folder, whatever the layout.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/model_spec.h"
#include "checkpoint/part_source.h"

namespace redraw {

struct TinyVaeSource;

/// What the user knows better than the file.
struct CheckpointOptions {
  std::filesystem::path vae = {};          ///< file or folder of another autoencoder; empty: the model's own
  std::filesystem::path preview_vae = {};  ///< of a tiny one for previews; empty: that of the pictures
  std::string prediction = {};             ///< "epsilon", "v_prediction", "sample"; empty: to be decided
  std::filesystem::path configs = {};      ///< for a single file: a diffusers folder whose configurations it is to have

  bool operator==(const CheckpointOptions&) const = default;
};

/// An opened model: its configurations are read and its files' lists of tensors checked; no number is read yet.
class Checkpoint {
 public:
  /// path: a weights file of any known format with all parts in it, or a diffusers folder. Throws Error: those of
  /// open_weights, read_single_file, DiffusersFolder and make_model_spec; model_part_missing naming the parts that a
  /// single file lacks.
  static Checkpoint open(const std::filesystem::path& path, const CheckpointOptions& options = {});

  /// Of a single file that is open already. Throws likewise.
  static Checkpoint open(const std::shared_ptr<const WeightsFile>& file, const CheckpointOptions& options = {});

  /// What a model is, without its weights where it is a folder: its configurations are enough. Of the options only
  /// prediction and configs matter, and vae where the model has none. Throws as open().
  static ModelSpec read_spec(const std::filesystem::path& path, const CheckpointOptions& options = {});

  const std::filesystem::path& path() const { return path_; }
  const ModelSpec& spec() const { return spec_; }
  const ModelConfigs& configs() const { return configs_; }
  Layout layout() const { return layout_; }
  /// How family, prediction type and autoencoder were decided, a sentence each.
  std::span<const std::string> decisions() const { return decisions_; }
  /// Of a single file: the marker tensors whose word was taken ("v_pred", "ztsnr").
  std::span<const std::string> marks() const { return marks_; }
  /// Of a single file: what the names of its own autoencoder begin with, where another one is in its place.
  const std::string& replaced_vae_prefix() const { return replaced_vae_prefix_; }

  /// "unet", "vae", "preview_vae" if it was asked for, and the text encoders that there are; "own_vae" where "vae" is a
  /// tiny decoder without an encoder, and the model's own encodes.
  std::span<const PartSource> parts() const { return parts_; }
  const PartSource& part(std::string_view name) const;
  /// Throws as require_whole of every part.
  void require_whole() const;
  /// Where the folder keeps a tokenizer ("tokenizer", "tokenizer_2"); empty for a single file, and for a folder
  /// without.
  std::optional<std::filesystem::path> tokenizer_folder(std::string_view name) const;

 private:
  Checkpoint() = default;
  void open_folder(const CheckpointOptions& options);
  void open_single_file(const std::shared_ptr<const WeightsFile>& file, const CheckpointOptions& options);
  void finish(const CheckpointOptions& options);
  std::optional<TinyVaeSource> replace_vae(const std::filesystem::path& vae);
  void add_preview_vae(const std::filesystem::path& vae);
  bool has_part(std::string_view name) const;
  void add_keys();

  std::filesystem::path path_;
  Layout layout_ = Layout::diffusers;
  ModelConfigs configs_;
  ModelSpec spec_;
  std::vector<PartSource> parts_;
  std::vector<std::string> decisions_;
  std::vector<std::string> marks_;
  std::string replaced_vae_prefix_;
};

}  // namespace redraw
