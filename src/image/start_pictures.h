// Getting ready to read, draw and write pictures.
#pragma once

namespace redraw {

/// Starts libvips on the first call; cheap and thread-safe afterwards. Whatever needs libvips calls it by itself. A
/// program of several threads calls it first thing in `main`: while libvips starts, the environment variable VIPSHOME
/// has another value, and another thread must not read or write the environment then.
/// What it sets belongs to the whole process, because libvips has no other state: no plug-in modules, loaders for
/// untrusted files blocked, no operation cache, one thread a pipeline, no messages of libvips and Pango on stderr.
/// Throws Error(internal).
void start_pictures();

}  // namespace redraw
