// What outlives a model: networks in memory, and encodings.
#pragma once

#include "pipelines/encoding_cache.h"
#include "pipelines/network_cache.h"

namespace redraw {

/// All models on one backend share these. The backend must outlive them.
struct PipelineCaches {
  explicit PipelineCaches(Backend& of_backend, uint64_t network_bytes = NetworkCache::kNoLimit,
                          uint64_t encoding_bytes = EncodingCache::kDefaultBudget)
      : backend(of_backend), networks(of_backend, network_bytes), encodings(encoding_bytes) {}

  Backend& backend;
  NetworkCache networks;
  EncodingCache encodings;
};

}  // namespace redraw
