// Catches what a call throws, for tests of every level.
#pragma once

#include <gtest/gtest.h>
#include <string>

#include "redraw/error.h"

namespace redraw {

/// The code of the Error that `function` throws. The test fails if it throws none.
template <typename Function>
Code code_of(Function function) {
  try {
    function();
  } catch (const Error& e) {
    return e.code();
  }
  ADD_FAILURE() << "nothing was thrown";
  return Code::internal;
}

/// The message of the Error that `function` throws.
template <typename Function>
std::string message_of(Function function) {
  try {
    function();
  } catch (const Error& e) {
    return e.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

/// The same. The test fails if the Error has another code.
template <typename Function>
std::string message_of(Code code, Function function) {
  try {
    function();
  } catch (const Error& e) {
    EXPECT_EQ(code_info(e.code()).name, code_info(code).name) << e.what();
    return e.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

}  // namespace redraw
