// The table of one instruction set; compiled once for each.
#include "ops/cpu/isa.h"

namespace redraw::cpu {

const Kernels& REDRAW_ISA_TABLE() {
  static constexpr Kernels kTable = {
      .name = REDRAW_ISA_NAME,
      .own_products = true,
      .geglu = REDRAW_ISA::geglu,
      .group_norm_scratch_floats = REDRAW_ISA::group_norm_scratch_floats,
      .group_norm = REDRAW_ISA::group_norm,
      .layer_norm = REDRAW_ISA::layer_norm,
      .softmax = REDRAW_ISA::softmax,
      .activate = REDRAW_ISA::activate,
      .attention_scratch_floats = REDRAW_ISA::attention_scratch_floats,
      .attention = REDRAW_ISA::attention,
      .to_blocked = REDRAW_ISA::to_blocked,
      .from_blocked = REDRAW_ISA::from_blocked,
      .panel_channels = REDRAW_ISA::panel_channels,
      .panel_numbers = REDRAW_ISA::panel_numbers,
      .pack_panel = REDRAW_ISA::pack_panel,
      .conv_source_floats = REDRAW_ISA::conv_source_floats,
      .lay_out_conv_source = REDRAW_ISA::lay_out_conv_source,
      .convolve = REDRAW_ISA::convolve,
      .linear_scratch_floats = REDRAW_ISA::linear_scratch_floats,
      .linear = REDRAW_ISA::linear,
      .multiply_add_in_registers = REDRAW_ISA::multiply_add_in_registers,
  };
  return kTable;
}

}  // namespace redraw::cpu
