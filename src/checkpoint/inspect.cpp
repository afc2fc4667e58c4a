#include "checkpoint/inspect.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"
#include "checkpoint/tokenizers.h"

namespace redraw {
namespace {

/// What training leaves in a checkpoint besides the networks, by the beginning of the tensors' names.
struct LeftOver {
  std::string_view prefix;
  std::string_view what;
};
constexpr auto kLeftOvers = std::to_array<LeftOver>({
    {"model_ema.", "moving averages of the weights"},
    {"first_stage_model.loss.", "the autoencoder's loss network"},
    {"loss.", "the autoencoder's loss network"},
    {"cond_stage_model.model.attn_mask", "an attention mask"},
    {"conditioner.embedders.0.model.attn_mask", "an attention mask"},
    {"conditioner.embedders.1.model.attn_mask", "an attention mask"},
    {"alphas_cumprod", "the noise schedule"},
    {"betas", "the noise schedule"},
    {"log_one_minus_alphas_cumprod", "the noise schedule"},
    {"lvlb_weights", "the noise schedule"},
    {"posterior_", "the noise schedule"},
    {"sqrt_", "the noise schedule"},
    {"denoiser.sigmas", "the noise schedule"},
    {"logvar", "the noise schedule"},
    {"scale_factor", "the latents' scale"},
    {"v_pred", "a mark of the prediction type"},
    {"ztsnr", "a mark of the noise schedule"},
});

// As files store them: of a fused tensor, which several rows share, once.
std::set<const TensorEntry*> entries_of(const PartSource& part) {
  std::set<const TensorEntry*> entries;
  for (const KeyRow& row : part.keys) {
    if (const TensorEntry* entry = part.find(row)) entries.insert(entry);
  }
  return entries;
}

PartSummary summary_of(const PartSource& part) {
  PartSummary summary{
      .name = part.name, .path = part.file->path().string(), .precisions = {}, .report = check_part(part)};
  for (const TensorEntry* entry : entries_of(part)) {
    ++summary.tensors;
    summary.parameters += entry->shape.elements();
    summary.bytes += entry->end - entry->begin;
    ++summary.precisions[std::string(dtype_name(entry->dtype))];
  }
  return summary;
}

// The tokenizers that the model brings, opened as a run opens them.
void inspect_tokenizers(const Checkpoint& checkpoint, ModelInspection& inspection) {
  for (const TokenizerOf& of : kTokenizers) {
    try {
      require_tokenizer(checkpoint, of);
      const auto folder = checkpoint.tokenizer_folder(of.name);
      if (!checkpoint.configs().has(of.encoder) || !folder) continue;
      if (const std::string difference = ClipTokenizer::difference_of_forms(*folder); !difference.empty())
        inspection.notes.push_back(difference);
    } catch (const Error& e) {
      inspection.tokenizer_faults.emplace_back(e.what());
    }
  }
}

}  // namespace

bool ModelInspection::is_whole() const {
  return tokenizer_faults.empty() &&
         std::all_of(parts.begin(), parts.end(), [](const PartSummary& part) { return part.report.is_whole(); });
}

std::vector<std::string> tensors_without_place(const Checkpoint& checkpoint) {
  std::set<const TensorEntry*> placed;
  std::set<const WeightsFile*> files;
  for (const PartSource& part : checkpoint.parts()) {
    placed.merge(entries_of(part));
    files.insert(part.file.get());
  }
  const auto is_known = [&](const std::string& name) {
    const std::string& replaced = checkpoint.replaced_vae_prefix();
    if (!replaced.empty() && name.starts_with(replaced)) return true;
    return std::ranges::find(checkpoint.marks(), name) != checkpoint.marks().end();
  };
  std::vector<std::string> names;
  for (const WeightsFile* file : files) {
    for (const TensorEntry& entry : file->tensors()) {
      if (!placed.contains(&entry) && !is_known(entry.name)) names.push_back(entry.name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

ModelInspection inspect(const Checkpoint& checkpoint) {
  ModelInspection inspection;
  inspection.format =
      std::string(checkpoint.parts().front().file->format()) + ", " + std::string(name_of(checkpoint.layout()));
  for (const PartSource& part : checkpoint.parts()) {
    inspection.parts.push_back(summary_of(part));
    inspection.bytes += inspection.parts.back().bytes;
  }
  inspect_tokenizers(checkpoint, inspection);
  for (std::string& name : tensors_without_place(checkpoint)) {
    const auto row = std::find_if(kLeftOvers.begin(), kLeftOvers.end(),
                                  [&](const LeftOver& left) { return name.starts_with(left.prefix); });
    if (row == kLeftOvers.end()) {
      inspection.unexpected.push_back(std::move(name));
    } else {
      ++inspection.left_overs[std::string(row->what)];
    }
  }
  return inspection;
}

}  // namespace redraw
