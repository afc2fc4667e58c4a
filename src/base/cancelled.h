// How a computation ends that was told to stop.
#pragma once

namespace redraw {

/// Ends a computation whose run was cancelled. It crosses the levels that only compute: operators, networks, samplers.
/// `generate` (pipelines/generate.h) and the engine catch it and return a result. Cancellation is no Error, and nobody
/// above them sees this type.
struct Cancelled {};

}  // namespace redraw
