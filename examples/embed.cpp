// Uses redraw as a library: redraws a picture and writes it to a file.
//   embed PICTURE PROMPT OUTPUT.png
#include <cstdio>
#include <fstream>

#include "redraw/engine.h"

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: embed PICTURE PROMPT OUTPUT.png\n");
    return 2;
  }
  try {
    redraw::Engine engine({.data_folder = REDRAW_DATA_FOLDER});  // defined by the CMake package
    const redraw::Request request{.prompt = argv[2],
                                  .inputs = redraw::RequestInputs{.init = redraw::Picture::file(argv[1])},
                                  .steps = redraw::RequestSteps{.strength = 0.7, .steps = 10},
                                  .noise = redraw::RequestNoise{.seed = 1592514025}};
    const redraw::RunEvents events{
        .on_plan = [](const redraw::SchedulePlan& plan) { std::puts(plan.line.c_str()); },
        .on_note = [](const redraw::Note& note) { std::puts(note.text.c_str()); },
        .on_step = [](const redraw::Step& step) { std::printf("t=%g  %.0f ms\n", step.timestep, step.seconds * 1e3); }};
    const redraw::Result result = engine.run(request, events);
    std::ofstream file(argv[3], std::ios::binary);
    file.write(reinterpret_cast<const char*>(result.png.data()), static_cast<std::streamsize>(result.png.size()));
    std::printf("%ldx%ld\n", static_cast<long>(result.width), static_cast<long>(result.height));
    return file.flush() ? 0 : 5;
  } catch (const redraw::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
