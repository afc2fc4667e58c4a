#include "cli/interrupt_guard.h"

namespace redraw::cli {
namespace {

// A signal handler can reach nothing else. Set while a run goes on, by InterruptGuard alone.
Engine* interrupted_engine = nullptr;

extern "C" void on_interrupt(int) {
  if (interrupted_engine != nullptr) interrupted_engine->cancel();
}

}  // namespace

InterruptGuard::InterruptGuard(Engine& engine) {
  interrupted_engine = &engine;
  struct sigaction action = {};
  action.sa_handler = on_interrupt;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, &before_interrupt_);
  sigaction(SIGTERM, &action, &before_terminate_);
}

InterruptGuard::~InterruptGuard() {
  sigaction(SIGINT, &before_interrupt_, nullptr);
  sigaction(SIGTERM, &before_terminate_, nullptr);
  interrupted_engine = nullptr;
}

}  // namespace redraw::cli
