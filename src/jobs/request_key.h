// When two requests are the same.
#pragma once

#include <map>
#include <string>

#include "jobs/sweep.h"

namespace redraw {

/// Texts that are equal exactly where the requests are. Pictures in a request count by their bytes, not their places,
/// and are read once in the object's life. Models count by their places and by the size and time of their files, so
/// that a changed file is another model. How much memory a run may take and how many pictures run at once do not count.
class RequestKeys {
 public:
  /// JSON, sorted, of the fields that are set. Throws Error: file_not_found, not_a_file, file_unreadable.
  std::string of(const Request& request);
  /// Eight hexadecimal digits for all that a sweep was asked. Throws likewise.
  std::string id_of(const Sweep& sweep);

 private:
  std::string hash_of(const Picture& picture);

  std::map<std::string, std::string> file_hashes_;  ///< by path
};

}  // namespace redraw
