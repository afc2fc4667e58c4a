// Which of libjpeg's messages mean that pixels are missing or damaged.
#pragma once

#include <map>
#include <string>
#include <vector>

// <jpeglib.h> needs FILE and size_t.
#include <cstddef>
#include <cstdio>
#include <jpeglib.h>

namespace redraw {

enum class JpegFault {
  harmless,  ///< every coefficient is as the file has it
  doubtful,  ///< all coefficients were there; that they are right is likely, not certain
  fatal,     ///< some are missing or damaged
};

/// What libjpeg skipped before it gave JWRN_EXTRANEOUS_DATA.
struct SkippedBytes {
  bool are_after_pixels = false;  ///< between a scan, or a part of one, and the next marker
  bool are_zeros = false;
  bool were_some_before = false;  ///< others than zeros: two such places are damage
};

/// What the warning in cinfo->err means. Warnings that are not known are fatal.
JpegFault fault_of_warning(j_decompress_ptr cinfo, const SkippedBytes& skipped);

/// Texts of faults, each kept once and only a few of them, however many a file has.
class JpegFaults {
 public:
  void add(const std::string& text, JpegFault fault);
  bool has_doubtful() const { return has_doubtful_; }
  /// As phrases for people.
  std::vector<std::string> notes() const;

 private:
  std::map<std::string, JpegFault> faults_;
  bool has_doubtful_ = false;
};

}  // namespace redraw
