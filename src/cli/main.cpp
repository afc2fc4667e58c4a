// redraw's command line; command_line.h says what it does.
#include "cli/command_line.h"

int main(int argc, char** argv) {
  return redraw::cli::run(argc, argv);
}
