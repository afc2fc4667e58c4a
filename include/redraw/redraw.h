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
// Texts are UTF-8 and end with a zero byte. A function that fails returns NULL or REDRAW_FAILED. Then
// redraw_error_code() and redraw_error_message() tell the calling thread why. Nothing is printed, and no C++ exception
// comes out. A handle is NULL or what its create function returned. Do not use it after its destroy function. A NULL
// that is not allowed is an error with the code "usage". docs/embedding.md has examples, also for Python.
//
// Set GOMP_SPINCOUNT=1000 in the environment before the program starts. Runs then stay fast on a machine that does
// other work as well (docs/performance.md).
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

// The calling thread's last failure. The code is a name such as "out_of_range" (include/redraw/error.h lists them). The
// message is one line that says what is wrong, where and what to do. Both are "" before the first failure. A later
// success does not change them. They belong to the library and are valid until the thread's next failure.
const char* redraw_error_code(void);
const char* redraw_error_message(void);

// Frees a text that redraw_plan returned. NULL is allowed.
void redraw_free(char* text);

// ---- Engine: keeps models in memory, and runs one run at a time ----

typedef struct redraw_engine redraw_engine;

// options: a JSON object, or NULL for the defaults. An unknown field is an error. Its fields:
//   "threads"            CPU threads. Default: 0, one for each processor
//   "models_root"        folder with the list of models that `redraw models` keeps. Default: none, models have no names
//   "data_folder"        share/redraw of an installation, with the model in the box. Default: redraw looks around
//                        libredraw.so and around the program
//   "model_cache_bytes"  bytes that unused networks may keep in memory. Default: three quarters of the machine's
//                        memory, or of the control group's limit (a container's) if that is smaller
//   "cache_folder"       a folder that keeps SHA-256 sums of model files for the next process. Default: none is kept
//   "allow_files"        true: a request may name files of this machine, as pictures, models and for other fields.
//                        Default: false, a request may name only pictures that are given with it, and models by their
//                        names in the list. Keep the default when requests come from somebody else.
// Returns NULL on failure. No model is loaded before the first run.
redraw_engine* redraw_create(const char* options);

// Do not call this during a run or a plan on the engine. NULL is allowed.
void redraw_destroy(redraw_engine* engine);

// ---- Run: one request and its result ----

typedef struct redraw_run redraw_run;

// request: a JSON object with the fields of a request; `redraw img2img --help` lists them. It is parsed when the run is
// executed. Returns NULL on failure.
redraw_run* redraw_run_create(const char* request);

// Gives the run a picture, a PNG, JPEG or WebP file in memory. A field "init": "NAME" of the request means this
// picture. The bytes are copied. Giving the same name twice is an error.
int redraw_run_add_picture(redraw_run* run, const char* name, const void* bytes, size_t size);

// event: a JSON object on one line, valid until the function returns. "event" is its kind:
//   "phase"    "phase": "load", "text", "encode", "denoise" or "decode"; "is_end"; at an end also "seconds" and
//              "is_reused". A cancelled phase has its end as well. A load within a phase counts to the load alone
//   "plan"     "plan": the steps, as redraw_plan returns them; comes before the first step
//   "note"     "kind": "info", "hint" or "warning"; "code" for programs, "text" for people
//   "step"     after each step: "index", "count", "timestep", "sigma", "seconds", "seconds_left", "pictures"
//   "picture"  a picture is finished: "index" for redraw_run_picture, "seed"
// Later versions may add kinds and fields; ignore those you do not know. user: passed through unchanged.
typedef void (*redraw_event_function)(const char* event, void* user);

// Sets the function that gets the run's events. It is called from the thread that executes the run, and must end by
// returning. NULL: none.
int redraw_run_on_event(redraw_run* run, redraw_event_function function, void* user);

// Makes the pictures and returns REDRAW_OK, REDRAW_FAILED or REDRAW_CANCELLED when the run is over. A run is executed
// once. A second run on the same engine waits for its turn if it comes from another thread. From an event of the first
// run it is an error.
int redraw_run_execute(redraw_run* run, redraw_engine* engine);

// Ends this run within half a second. A run that is executed later ends at once. Other runs are not affected. Safe from
// any thread and from a signal handler, between redraw_run_create and redraw_run_destroy. NULL is allowed.
void redraw_run_cancel(redraw_run* run);

// During an event "step": the picture after that step, as a PNG. Each call costs a decode. picture: 0 to "pictures" -
// 1. The bytes belong to the run and are valid until the next call. NULL on failure, and outside a step.
const unsigned char* redraw_run_preview(redraw_run* run, size_t picture, size_t* size);

// After redraw_run_execute: the number of pictures, and each as a PNG with its metadata in it. Equal requests give
// equal bytes. A cancelled or failed run has the pictures that were finished before. The bytes belong to the run. NULL
// if there is no such picture.
size_t redraw_run_picture_count(const redraw_run* run);
const unsigned char* redraw_run_picture(const redraw_run* run, size_t index, size_t* size);

// After redraw_run_execute: a JSON object on one line, with "cancelled" and "pictures". "pictures" has an object for
// each of redraw_run_picture, in its order. "tag" is "", or "steps" and "step-03" for pictures besides the result.
// Where the tag is "", the object has "width", "height", "seed", "metadata" and the other fields that `redraw img2img
// --json` prints. The text belongs to the run. NULL on failure.
const char* redraw_run_result(redraw_run* run);

// Do not call this while the run is executed. NULL is allowed.
void redraw_run_destroy(redraw_run* run);

// ---- Plan: the steps of a run without the run ----

// The JSON that `redraw plan --json` prints, on one line. A request with "init" or "strength" is planned as image to
// image. No picture is read, and none needs to be given. engine: its options apply; NULL: the defaults. Safe from any
// thread, even while the engine runs. Free the text with redraw_free. NULL on failure.
char* redraw_plan(const redraw_engine* engine, const char* request);

#ifdef __cplusplus
}
#endif

#endif  // REDRAW_REDRAW_H
