// Computes how much memory a network's weights take before it is built.
#pragma once

#include <cstdint>

#include "checkpoint/part_source.h"

namespace redraw {

/// Which of a part's tensors belong to a network. An autoencoder's two halves are separate networks.
enum class NetworkHalf { whole, encoder, decoder };

/// Bytes of the packed weights, and of what packing needs beside them at its peak.
uint64_t weight_bytes(const PartSource& part, NetworkHalf half = NetworkHalf::whole);

}  // namespace redraw
