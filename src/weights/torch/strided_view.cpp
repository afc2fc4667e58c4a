#include "weights/torch/strided_view.h"

#include <algorithm>
#include <cstring>

#include "base/checked.h"

namespace redraw {
namespace {

/// One axis of a copy: so many steps, and how far each goes in elements of either side.
struct Axis {
  int64_t extent;
  int64_t from_stride;
  int64_t to_stride;
};

template <size_t kBytes>
void copy_axes(std::span<const Axis> axes, const std::byte* from, std::byte* to) {
  // The innermost axis in a loop, the others as a counter.
  const Axis inner = axes.empty() ? Axis{1, 0, 0} : axes.back();
  const auto outer = axes.empty() ? axes : axes.first(axes.size() - 1);
  std::vector<int64_t> index(outer.size(), 0);
  for (;;) {
    int64_t from_at = 0;
    int64_t to_at = 0;
    for (size_t axis = 0; axis < outer.size(); ++axis) {
      from_at += index[axis] * outer[axis].from_stride;
      to_at += index[axis] * outer[axis].to_stride;
    }
    for (int64_t i = 0; i < inner.extent; ++i) {
      std::memcpy(to + (to_at + i * inner.to_stride) * static_cast<int64_t>(kBytes),
                  from + (from_at + i * inner.from_stride) * static_cast<int64_t>(kBytes), kBytes);
    }
    size_t axis = outer.size();
    while (axis > 0 && ++index[axis - 1] == outer[axis - 1].extent) index[--axis] = 0;
    if (axis == 0) return;
  }
}

void copy_elements(int64_t bytes, std::span<const Axis> axes, const std::byte* from, std::byte* to) {
  switch (bytes) {
    case 1:
      return copy_axes<1>(axes, from, to);
    case 2:
      return copy_axes<2>(axes, from, to);
    case 4:
      return copy_axes<4>(axes, from, to);
    case 8:
      return copy_axes<8>(axes, from, to);
    default:
      throw Error(Code::internal, "a tensor's elements have " + std::to_string(bytes) + " bytes");
  }
}

}  // namespace

bool StridedView::is_contiguous() const {
  if (std::find(extents.begin(), extents.end(), 0) != extents.end()) return true;
  int64_t expected = 1;
  for (size_t axis = extents.size(); axis > 0; --axis) {
    const int64_t extent = extents[axis - 1];
    if (extent == 1) continue;  // its stride is never used
    if (strides[axis - 1] != expected) return false;
    if (__builtin_mul_overflow(expected, extent, &expected)) return false;
  }
  return true;
}

int64_t view_elements(const StridedView& view) {
  if (std::find(view.extents.begin(), view.extents.end(), 0) != view.extents.end()) return 0;
  int64_t elements = 1;
  for (int64_t extent : view.extents) {
    elements = checked_mul(elements, extent, Code::torch_bad_tensor, "a tensor's shape");
  }
  return elements;
}

int64_t view_reach(const StridedView& view) {
  if (std::find(view.extents.begin(), view.extents.end(), 0) != view.extents.end()) return 0;
  int64_t last = 0;
  for (size_t axis = 0; axis < view.extents.size(); ++axis) {
    const int64_t step = checked_mul(view.extents[axis] - 1, view.strides[axis], Code::torch_bad_tensor, "its strides");
    last = checked_add(last, step, Code::torch_bad_tensor, "its strides");
  }
  return checked_add(last, 1, Code::torch_bad_tensor, "its strides");
}

void gather_rows(const StridedView& view, const std::function<void(uint64_t, std::span<std::byte>)>& read,
                 std::span<std::byte> out) {
  if (view_elements(view) == 0) return;
  const int64_t bytes = dtype_bytes(view.dtype);
  std::vector<Axis> axes;
  int64_t to_stride = 1;
  for (size_t axis = view.extents.size(); axis > 0; --axis) {
    if (view.extents[axis - 1] > 1) axes.push_back({view.extents[axis - 1], view.strides[axis - 1], to_stride});
    to_stride *= view.extents[axis - 1];
  }
  // Outermost the axis with the widest stride: a piece of it is a short range of the storage.
  std::sort(axes.begin(), axes.end(), [](const Axis& a, const Axis& b) { return a.from_stride > b.from_stride; });
  if (axes.empty()) axes.push_back({1, 1, 1});
  const Axis whole = axes.front();
  int64_t one_step = 1;
  for (size_t i = 1; i < axes.size(); ++i) one_step += (axes[i].extent - 1) * axes[i].from_stride;
  constexpr int64_t kPieceBytes = int64_t{1} << 20;
  const int64_t more = std::max<int64_t>(0, kPieceBytes / bytes - one_step) / std::max<int64_t>(whole.from_stride, 1);
  std::vector<std::byte> piece;
  for (int64_t done = 0; done < whole.extent;) {
    axes.front().extent = std::min(whole.extent - done, more + 1);
    const int64_t elements = one_step + (axes.front().extent - 1) * whole.from_stride;
    piece.resize(static_cast<size_t>(elements * bytes));
    read(static_cast<uint64_t>((view.offset + done * whole.from_stride) * bytes), piece);
    copy_elements(bytes, axes, piece.data(), out.data() + done * whole.to_stride * bytes);
    done += axes.front().extent;
  }
}

}  // namespace redraw
