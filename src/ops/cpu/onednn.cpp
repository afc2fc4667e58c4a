#include "ops/cpu/onednn.h"

#include "ops/cpu/kernels.h"

namespace redraw::onednn {
namespace {

using dnnl::memory;
using tag = dnnl::memory::format_tag;

constexpr auto kF32 = memory::data_type::f32;

dnnl::primitive_attr attributes(bool accumulate) {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  if (accumulate) {
    dnnl::post_ops post_ops;
    post_ops.append_sum(1.0f);
    attr.set_post_ops(post_ops);
  }
  return attr;
}

// Whether oneDNN runs at least this instruction set here. The sets are nested bit masks.
bool has_isa(dnnl::cpu_isa isa) {
  return (static_cast<int>(dnnl::get_effective_cpu_isa()) & static_cast<int>(isa)) == static_cast<int>(isa);
}

}  // namespace

bool wants_blocks(const Conv2dSpec& spec) {
  if (spec.kernel != 3 || spec.pad_before >= spec.kernel || spec.pad_after >= spec.kernel) return false;
  if (!has_isa(dnnl::cpu_isa::avx512_core)) return false;
  const bool fits = spec.in_channels % cpu::kChannelBlock == 0 && spec.out_channels % cpu::kChannelBlock == 0;
  return fits && spec.in_channels > cpu::kChannelBlock;  // one block of input channels is one chain in both layouts
}

dnnl::convolution_forward::primitive_desc convolution(const dnnl::engine& engine, const Conv2dSpec& spec,
                                                      const ConvolutionShape& shape) {
  const tag layout = shape.blocked ? tag::nChw16c : tag::nhwc;
  const memory::desc src({shape.batch, spec.in_channels, shape.band.source_rows, shape.width}, kF32, layout);
  const memory::desc dst({shape.batch, spec.out_channels, shape.band.rows, spec.output_extent(shape.width)}, kF32,
                         layout);
  const memory::desc weights({spec.out_channels, spec.in_channels, spec.kernel, spec.kernel}, kF32, tag::any);
  const memory::desc bias = shape.has_bias ? memory::desc({spec.out_channels}, kF32, tag::a) : memory::desc();
  const memory::dims strides{spec.stride, spec.stride};
  const memory::dims before{shape.band.pad_top, spec.pad_before};
  const memory::dims after{shape.band.pad_bottom, spec.pad_after};
#if DNNL_VERSION_MAJOR >= 3
  return {engine,
          dnnl::prop_kind::forward_inference,
          dnnl::algorithm::convolution_direct,
          src,
          weights,
          bias,
          dst,
          strides,
          before,
          after,
          attributes(shape.accumulate)};
#else
  const dnnl::convolution_forward::desc desc(dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct,
                                             src, weights, bias, dst, strides, before, after);
  return {desc, attributes(shape.accumulate), engine};
#endif
}

dnnl::matmul::primitive_desc matmul(const dnnl::engine& engine, const LinearSpec& spec, int64_t rows, bool has_bias,
                                    bool accumulate) {
  const memory::desc src({rows, spec.in_features}, kF32, tag::ab);
  const memory::desc weights({spec.in_features, spec.out_features}, kF32, tag::any);
  const memory::desc bias = has_bias ? memory::desc({1, spec.out_features}, kF32, tag::ab) : memory::desc();
  const memory::desc dst({rows, spec.out_features}, kF32, tag::ab);
#if DNNL_VERSION_MAJOR >= 3
  return {engine, src, weights, bias, dst, attributes(accumulate)};
#else
  return {dnnl::matmul::desc(src, weights, bias, dst), attributes(accumulate), engine};
#endif
}

}  // namespace redraw::onednn
