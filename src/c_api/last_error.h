// The calling thread's last failure, and the one place where exceptions end before they reach C.
#pragma once

#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "redraw/error.h"

namespace redraw::c_api {

/// Of this thread; "" before the first failure.
const char* last_error_code() noexcept;
const char* last_error_message() noexcept;
/// Keeps as much of the message as there is memory for.
void set_last_error(Code code, std::string_view message) noexcept;

/// Throws Error(usage) where a pointer that a function cannot do without is NULL.
template <typename Pointer>
Pointer* required(Pointer* pointer, const char* name) {
  if (pointer == nullptr) throw Error(Code::usage, std::string(name) + " is NULL");
  return pointer;
}

/// What the function returns, or `on_failure` with the error kept for this thread. Nothing is thrown from here.
template <typename Value, typename Function>
Value guarded(Value on_failure, const Function& function) noexcept {
  try {
    return function();
  } catch (const Error& error) {
    set_last_error(error.code(), error.what());
  } catch (const std::bad_alloc&) {
    set_last_error(Code::out_of_memory, "there is not enough memory");
  } catch (const std::exception& error) {
    set_last_error(Code::internal, error.what());
  } catch (...) {
    set_last_error(Code::internal, "an exception of an unknown type");
  }
  return on_failure;
}

}  // namespace redraw::c_api
