#include "nn/parameters.h"

#include "base/error.h"

namespace redraw::nn {

Parameters Parameters::operator/(std::string_view child) const {
  Parameters result = *this;
  result.prefix_ += std::string(child) + ".";
  return result;
}

Weight Parameters::get(std::string_view name) const {
  Weight weight = find(name);
  if (!weight) {
    throw Error(Code::tensor_missing, "the model has no tensor '" + prefix_ + std::string(name) +
                                          "'; its configuration and its weights do not belong together");
  }
  return weight;
}

Weight Parameters::find(std::string_view name) const {
  return lookup_(prefix_ + std::string(name));
}

}  // namespace redraw::nn
