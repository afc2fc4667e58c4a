// What all users of libvips need: its errors, and owners of its objects. Included by .cpp files of this level only.
#pragma once

#include <memory>
#include <string>
#include <vips/vips.h>

namespace redraw {

/// The text libvips has gathered about its errors, as one line; empties it. The text belongs to the whole process:
/// hold the lock of the calling part where two threads could fail at the same time.
std::string take_vips_error();

struct UnrefObject {
  void operator()(void* object) const { g_object_unref(object); }
};
using VipsImagePtr = std::unique_ptr<VipsImage, UnrefObject>;

struct FreeMemory {
  void operator()(void* memory) const { g_free(memory); }
};
template <typename T>
using GlibPtr = std::unique_ptr<T, FreeMemory>;

}  // namespace redraw
