#include <array>

#include "request/field_tables.h"

namespace redraw {
namespace {

constexpr auto kOutput = std::to_array<Field>({
    {.name = "images",
     .group = Group::output,
     .kind = FieldKind::integer,
     .label = "Pictures",
     .help = "number of pictures, with seed, seed + 1, ...",
     .value_name = "N",
     .range = Range{.least = 1, .most = 1000},
     .fallback = "1",
     .aliases = {"-n"},
     .slot = kSlot<&Request::output, &RequestOutput::images>},
    {.name = "batch_size",
     .group = Group::output,
     .kind = FieldKind::integer,
     .label = "Batch size",
     .help = "how many pictures go through the network at once; more take more memory and give the same pictures",
     .value_name = "N",
     .range = Range{.least = 1, .most = 64},
     .fallback = "1",
     .slot = kSlot<&Request::output, &RequestOutput::batch_size>},
    {.name = "step_strip",
     .group = Group::output,
     .kind = FieldKind::flag,
     .label = "Step strip",
     .help = "also write the latents of all steps as one labelled picture",
     .fallback = "false",
     .slot = kSlot<&Request::output, &RequestOutput::step_strip>},
    {.name = "save_intermediates",
     .group = Group::output,
     .kind = FieldKind::integer,
     .label = "Intermediates",
     .help = "also write every N-th step as a picture; 0 writes none",
     .value_name = "N",
     .range = Range{.least = 0, .most = 1000},
     .fallback = "0",
     .slot = kSlot<&Request::output, &RequestOutput::save_intermediates>},
    {.name = "preview_vae",
     .group = Group::output,
     .kind = FieldKind::weights,
     .label = "Preview autoencoder",
     .help = "a tiny autoencoder (TAESD) that decodes the step strip and the intermediates, but not the result",
     .value_name = "PATH",
     .slot = kSlot<&Request::output, &RequestOutput::preview_vae>},
    {.name = "max_memory",
     .group = Group::output,
     .kind = FieldKind::number,
     .label = "Memory limit",
     .unit = "GiB",
     .help = "limit for weights and activations: networks are evicted when their part is done, and a run that does not "
             "fit is refused",
     .value_name = "GIB",
     .range = Range{.least = 0, .most = 4096, .excludes_least = true},
     .slot = kSlot<&Request::output, &RequestOutput::max_memory>},
});

}  // namespace

std::span<const Field> fields_of_output() {
  return kOutput;
}

}  // namespace redraw
