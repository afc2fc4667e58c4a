// How a computation ends that was told to stop.
#pragma once

namespace redraw {

/// Thrown in the midst of a computation when its run was cancelled. It crosses the levels that only compute (operators,
/// networks, samplers) and becomes a result in `generate` (pipelines/generate.h), and in Engine::run for what comes
/// before: cancellation is no Error, and nobody above sees this type.
struct Cancelled {};

}  // namespace redraw
