#include "image/decode/jpeg_faults.h"

#include <algorithm>
#include <array>
#include <jerror.h>

#include "image/decode/picture_metadata.h"

namespace redraw {
namespace {

JpegFault harmless(j_decompress_ptr, const SkippedBytes&) {
  return JpegFault::harmless;
}

// Zeros are padding. Other bytes behind a scan, or before a restart marker, are pixels that were not understood, unless
// a picture of one scan ends there: some encoders write more rows than it has, others rubbish.
JpegFault fault_of_skipped(j_decompress_ptr cinfo, const SkippedBytes& skipped) {
  if (skipped.are_zeros) return JpegFault::harmless;
  if (!skipped.are_after_pixels) return JpegFault::doubtful;
  const bool is_end = cinfo->err->msg_parm.i[1] == JPEG_EOI && !jpeg_has_multiple_scans(cinfo);
  return is_end && !skipped.were_some_before ? JpegFault::doubtful : JpegFault::fatal;
}

// Given for two reasons: higher coefficients before the first, in whatever order they come (this one names coefficient
// 0 in a scan that has it not), or bits of a coefficient left out or sent twice.
JpegFault fault_of_progression(j_decompress_ptr cinfo, const SkippedBytes&) {
  return cinfo->Ss != 0 && cinfo->err->msg_parm.i[1] == 0 ? JpegFault::harmless : JpegFault::fatal;
}

struct Warning {
  int code;
  JpegFault (*fault)(j_decompress_ptr cinfo, const SkippedBytes& skipped);
};
constexpr auto kWarnings = std::to_array<Warning>({
    {JWRN_NOT_SEQUENTIAL, harmless},  // Ss, Se, Ah, Al, which sequential decoding has no use for
    {JWRN_ADOBE_XFORM, harmless},     // libjpeg goes by the number of components
    {JWRN_JFIF_MAJOR, harmless},
    {JWRN_EXTRANEOUS_DATA, fault_of_skipped},
    {JWRN_BOGUS_PROGRESSION, fault_of_progression},
});

constexpr size_t kMaxFaults = 3;

}  // namespace

JpegFault fault_of_warning(j_decompress_ptr cinfo, const SkippedBytes& skipped) {
  const auto known = std::ranges::find(kWarnings, cinfo->err->msg_code, &Warning::code);
  return known == kWarnings.end() ? JpegFault::fatal : known->fault(cinfo, skipped);
}

void JpegFaults::add(const std::string& text, JpegFault fault) {
  has_doubtful_ |= fault == JpegFault::doubtful;
  if (faults_.size() < kMaxFaults) faults_.emplace(text, fault);
}

std::vector<std::string> JpegFaults::notes() const {
  std::vector<std::string> notes;
  for (const auto& [text, fault] : faults_) {
    notes.push_back(fault == JpegFault::harmless
                        ? fault_note(text)
                        : "the file has bytes that belong to no part of it; see whether the picture is right (" + text +
                              ")");
  }
  return notes;
}

}  // namespace redraw
