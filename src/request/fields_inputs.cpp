#include <array>

#include "request/field_tables.h"

namespace redraw {
namespace {

constexpr auto kInputs = std::to_array<Field>({
    {.name = "init",
     .group = Group::inputs,
     .kind = FieldKind::picture,
     .label = "Picture",
     .help = "the picture to start from: PNG, JPEG or WebP, up to 320 million pixels",
     .value_name = "PICTURE",
     .aliases = {"-I", "--init-img"},
     .needs_picture = true,
     .is_positional = true,
     .slot = kSlot<&Request::inputs, &RequestInputs::init>},
    {.name = "prompt",
     .group = Group::inputs,
     .kind = FieldKind::text,
     .label = "Prompt",
     .help = "what the new picture shows",
     .value_name = "PROMPT",
     .is_positional = true,
     .slot = kSlot<&Request::prompt>},
    {.name = "negative",
     .group = Group::inputs,
     .kind = FieldKind::text,
     .label = "Negative prompt",
     .help = "what it should not show",
     .value_name = "TEXT",
     .fallback = "",
     .model_may_default = true,
     .slot = kSlot<&Request::negative>},
    {.name = "vae_sample",
     .group = Group::inputs,
     .kind = FieldKind::flag,
     .label = "Sample the encoded picture",
     .help = "take a random sample of the encoded picture instead of its mean; the seed's generator draws it first",
     .fallback = "false",
     .needs_picture = true,
     .slot = kSlot<&Request::inputs, &RequestInputs::vae_sample>},
    {.name = "init_color",
     .group = Group::inputs,
     .kind = FieldKind::picture,
     .label = "Colours from",
     .help = "match the colours of the result to this picture",
     .value_name = "PICTURE",
     .slot = kSlot<&Request::inputs, &RequestInputs::init_color>},
});

}  // namespace

std::span<const Field> fields_of_inputs() {
  return kInputs;
}

}  // namespace redraw
