// Uses redraw from C: redraws a picture. embed_c PICTURE PROMPT OUTPUT.png
#include <stdio.h>
#include <stdlib.h>

#include "redraw/redraw.h"

// Returns the whole file; the caller frees it. NULL if it cannot be read.
static unsigned char* read_file(const char* path, size_t* size) {
  FILE* file = fopen(path, "rb");
  unsigned char* bytes = NULL;
  if (file == NULL) return NULL;
  if (fseek(file, 0, SEEK_END) == 0 && ftell(file) > 0) {
    *size = (size_t)ftell(file);
    rewind(file);
    bytes = malloc(*size);
    if (bytes != NULL && fread(bytes, 1, *size, file) != *size) {
      free(bytes);
      bytes = NULL;
    }
  }
  fclose(file);
  return bytes;
}

static void print_event(const char* event, void* user) {
  (void)user;
  puts(event);
}

static int write_file(const char* path, const unsigned char* bytes, size_t size) {
  FILE* file = fopen(path, "wb");
  if (file == NULL) return 0;
  const int is_written = fwrite(bytes, 1, size, file) == size;
  return fclose(file) == 0 && is_written;
}

int main(int argc, char** argv) {
  int status = 1;
  size_t picture_size = 0, png_size = 0;
  unsigned char* picture = argc == 4 ? read_file(argv[1], &picture_size) : NULL;
  if (picture == NULL) {
    fprintf(stderr, "usage: embed_c PICTURE PROMPT OUTPUT.png\n");
    return 2;
  }
  char request[1000];  // a prompt with quotation marks or backslashes would need a JSON library here
  snprintf(request, sizeof request,
           "{\"prompt\": \"%s\", \"init\": \"%s\", \"strength\": 0.7, \"steps\": 10, \"seed\": 1592514025}", argv[2],
           "drawing");
  redraw_engine* engine = redraw_create(NULL);
  redraw_run* run = redraw_run_create(request);
  if (engine != NULL && run != NULL && redraw_run_on_event(run, print_event, NULL) == REDRAW_OK &&
      redraw_run_add_picture(run, "drawing", picture, picture_size) == REDRAW_OK &&
      redraw_run_execute(run, engine) == REDRAW_OK) {
    const unsigned char* png = redraw_run_picture(run, 0, &png_size);
    status = png != NULL && write_file(argv[3], png, png_size) ? 0 : 5;
  } else {
    fprintf(stderr, "%s: %s\n", redraw_error_code(), redraw_error_message());
  }
  redraw_run_destroy(run);
  redraw_destroy(engine);
  free(picture);
  return status;
}
