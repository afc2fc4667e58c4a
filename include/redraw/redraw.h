// redraw for C, and for every language that can call C: requests and events are JSON, pictures are bytes.
//
//   redraw_engine* engine = redraw_create(NULL);
//   redraw_run* run = redraw_run_create("{\"prompt\": \"fire\", \"init\": \"drawing\", \"strength\": 0.7}");
//   redraw_run_add_picture(run, "drawing", bytes, size);
//   if (redraw_run_execute(run, engine) == REDRAW_OK) {
//     const unsigned char* png = redraw_run_picture(run, 0, &png_size);
//     ...
//   } else {
//     fprintf(stderr, "%s\n", redraw_error_message());
//   }
//   redraw_run_destroy(run);
//   redraw_destroy(engine);
//
// Texts are UTF-8 and end with a zero byte. A function that fails returns NULL or REDRAW_FAILED, and the calling
// thread's redraw_error_code() and redraw_error_message() tell why. Nothing is printed, and no C++ exception comes out.
// A handle is NULL or what its create function returned; after its destroy function it must not be used. A NULL that is
// not allowed is an error with the code "usage". docs/embedding.md has examples, also for Python.
//
// GOMP_SPINCOUNT=1000 in the environment, set before the program starts, keeps runs fast on a machine that does other
// work as well (docs/performance.md).
#ifndef REDRAW_REDRAW_H
#define REDRAW_REDRAW_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum redraw_status {
  REDRAW_OK = 0,
  REDRAW_FAILED = 1,    // redraw_error_code() and redraw_error_message() tell why
  REDRAW_CANCELLED = 2  // redraw_run_cancel was called
};

// "0.1.0". Belongs to the library.
const char* redraw_version(void);

// The calling thread's last failure: a name such as "out_of_range" (include/redraw/error.h lists them), and one line
// that says what is wrong, where and what to do. Both are "" before the first failure, and stay as they are when a
// later call succeeds. They belong to the library and are valid until the thread's next failure.
const char* redraw_error_code(void);
const char* redraw_error_message(void);

// For the texts that redraw_plan returns. NULL is allowed.
void redraw_free(char* text);

// ---- Engine: keeps models in memory, and runs one run at a time ----

typedef struct redraw_engine redraw_engine;

// options: a JSON object, or NULL for the defaults. Its fields:
//   "threads"      of the CPU kernels; 0, the default: all processors
//   "models_root"  folder with the list of models that `redraw models` keeps. Default: none, models have no names
//   "data_folder"  share/redraw of an installation, with the model in the box. Default: looked for around libredraw.so
//                  and around the program
//   "model_cache_bytes"  what networks may take in memory while no run uses them. Default: three quarters of the
//   machine's "allow_files"  true: requests may name files of this machine, for pictures, models and whatever else a
//   field
//                  takes. Default: false, a request can only name pictures that are given with it, and models by the
//                  names of the list. Leave it so when requests come from somebody else.
// An unknown field is an error. Returns NULL on failure. No model is loaded before the first run.
redraw_engine* redraw_create(const char* options);

// Not while a run or a plan of it is going on. NULL is allowed.
void redraw_destroy(redraw_engine* engine);

// ---- Run: one request, and what becomes of it ----

typedef struct redraw_run redraw_run;

// request: a JSON object with the fields of a request, as `redraw img2img --help` lists them. It is read when the run
// is executed. Returns NULL on failure.
redraw_run* redraw_run_create(const char* request);

// Gives a picture that the request may name: a field "init": "NAME" means these bytes, a PNG, JPEG or WebP file. They
// are copied. A name that was given before is an error.
int redraw_run_add_picture(redraw_run* run, const char* name, const void* bytes, size_t size);

// event: a JSON object on one line, valid until the function returns; "event" tells its kind:
//   "phase"    "phase": "load", "text", "encode", "denoise" or "decode"; "is_end"; of an end "seconds" and
//              "is_reused"
//   "plan"     "plan": the steps, as redraw_plan gives them; before the first step
//   "note"     "kind": "info", "hint" or "warning"; "code" for programs, "text" for people
//   "step"     after each step: "index", "count", "timestep", "sigma", "seconds", "seconds_left", "pictures"
//   "picture"  a picture is finished: "index" of redraw_run_picture, "seed"
// More kinds and fields may come; ignore what you do not know. user: handed on as it is.
typedef void (*redraw_event_function)(const char* event, void* user);

// The function is called from the thread that executes the run, and must not end other than by returning. NULL: none.
int redraw_run_on_event(redraw_run* run, redraw_event_function function, void* user);

// Makes the pictures: REDRAW_OK, REDRAW_FAILED or REDRAW_CANCELLED. Returns when the run is over. A run is executed
// once. A second run on the same engine, from another thread, waits for its turn; from an event of the first it is an
// error.
int redraw_run_execute(redraw_run* run, redraw_engine* engine);

// Ends this run within half a second, or at once when it is executed later; other runs do not notice. From any thread
// and from a signal handler, between redraw_run_create and redraw_run_destroy. NULL is allowed.
void redraw_run_cancel(redraw_run* run);

// In an event "step": the picture as it is after that step, a PNG; it costs a decode each time. picture: 0 to
// "pictures" - 1. The bytes belong to the run, until the next call. NULL on failure, and elsewhere than in a step.
const unsigned char* redraw_run_preview(redraw_run* run, size_t picture, size_t* size);

// After redraw_run_execute: how many pictures were made, and each as a PNG with its metadata in it; equal requests give
// equal bytes. A cancelled or failed run has those that were finished before. The bytes belong to the run. NULL when
// there is no such picture.
size_t redraw_run_picture_count(const redraw_run* run);
const unsigned char* redraw_run_picture(const redraw_run* run, size_t index, size_t* size);

// After redraw_run_execute: a JSON object on one line. "cancelled"; "pictures": for each of redraw_run_picture, in its
// order, "tag" ("", or "steps" and "step-03" for pictures besides the result) and, where the tag is "", "width",
// "height", "seed", "metadata" and the other fields that `redraw img2img --json` prints. Belongs to the run. NULL on
// failure.
const char* redraw_run_result(redraw_run* run);

// Not while it is executed. NULL is allowed.
void redraw_run_destroy(redraw_run* run);

// ---- Plan: the steps of a run without the run ----

// The JSON that `redraw plan --json` prints, on one line. A request that has "init" or "strength" is planned as image
// to image; no picture is read, and none need be given. engine: whose options hold; NULL: the defaults. From any
// thread, also while the engine is running. Free the text with redraw_free. NULL on failure.
char* redraw_plan(const redraw_engine* engine, const char* request);

#ifdef __cplusplus
}
#endif

#endif  // REDRAW_REDRAW_H
