// The door for people at a terminal and for scripts.
#pragma once

namespace redraw::cli {

/// Whether the command line is one that will run a model, not one that prints help or the version.
bool computes(int argc, char** argv);

/// Runs one command and returns the exit status: 0 done; 1 a fault of redraw; 2 the request; 3 an input file; 4 the
/// model; 5 the output; 130 stopped by Ctrl-C. Errors go to stderr in one line, "redraw: what, where, what to do".
int run(int argc, char** argv);

}  // namespace redraw::cli
