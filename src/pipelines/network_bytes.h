// How much memory a network's weights take, known before it is built.
#pragma once

#include <cstdint>

#include "checkpoint/part_source.h"

namespace redraw {

/// Which of a part's tensors a network has. An autoencoder's two halves are networks of their own.
enum class NetworkHalf { whole, encoder, decoder };

/// Bytes of the packed weights, with what packing takes beside them at its peak.
uint64_t weight_bytes(const PartSource& part, NetworkHalf half = NetworkHalf::whole);

}  // namespace redraw
