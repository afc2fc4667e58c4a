"""Uses redraw from Python through include/redraw/redraw.h and ctypes. It needs only the standard library.

    python3 examples/embed.py libredraw.so PICTURE PROMPT OUTPUT.png
"""
import ctypes
import json
import sys

OK, FAILED, CANCELLED = 0, 1, 2
EVENT_FUNCTION = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_void_p)
HANDLE, TEXT, SIZE = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
FUNCTIONS = {  # name: result, arguments
    "redraw_version": (TEXT, []),
    "redraw_error_code": (TEXT, []),
    "redraw_error_message": (TEXT, []),
    "redraw_free": (None, [HANDLE]),
    "redraw_create": (HANDLE, [TEXT]),
    "redraw_destroy": (None, [HANDLE]),
    "redraw_run_create": (HANDLE, [TEXT]),
    "redraw_run_add_picture": (ctypes.c_int, [HANDLE, TEXT, ctypes.c_char_p, SIZE]),
    "redraw_run_on_event": (ctypes.c_int, [HANDLE, EVENT_FUNCTION, HANDLE]),
    "redraw_run_execute": (ctypes.c_int, [HANDLE, HANDLE]),
    "redraw_run_cancel": (None, [HANDLE]),
    "redraw_run_preview": (HANDLE, [HANDLE, SIZE, ctypes.POINTER(SIZE)]),
    "redraw_run_picture_count": (SIZE, [HANDLE]),
    "redraw_run_picture": (HANDLE, [HANDLE, SIZE, ctypes.POINTER(SIZE)]),
    "redraw_run_result": (TEXT, [HANDLE]),
    "redraw_run_destroy": (None, [HANDLE]),
    "redraw_plan": (HANDLE, [HANDLE, TEXT]),
}


class Error(Exception):
    """A failure: `code` for programs, the message for people."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Library:
    def __init__(self, path):
        self.functions = ctypes.CDLL(path)
        for name, (result, arguments) in FUNCTIONS.items():
            function = getattr(self.functions, name)
            function.restype, function.argtypes = result, arguments

    def __getattr__(self, name):
        return getattr(self.functions, name)

    def error(self):
        return Error(self.redraw_error_code().decode(), self.redraw_error_message().decode())

    def require(self, value):
        """Returns what a function returned. Raises its error if it failed."""
        if not value:
            raise self.error()
        return value

    def bytes_of(self, function, *arguments):
        size = SIZE()
        address = self.require(function(*arguments, ctypes.byref(size)))
        return ctypes.string_at(address, size.value)

    def plan(self, request, engine=None):
        text = self.require(self.redraw_plan(engine and engine.handle, json.dumps(request).encode()))
        try:
            return json.loads(ctypes.string_at(text))
        finally:
            self.redraw_free(text)


class Engine:
    def __init__(self, library, **options):
        self.library = library
        self.handle = library.require(library.redraw_create(json.dumps(options).encode()))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.library.redraw_destroy(self.handle)


class Run:
    """One request. `pictures`: bytes by the names that the request uses. on_event gets each event as a dict."""

    def __init__(self, library, request, pictures=None, on_event=None):
        self.library = library
        self.handle = library.require(library.redraw_run_create(json.dumps(request).encode()))
        for name, data in (pictures or {}).items():
            if library.redraw_run_add_picture(self.handle, name.encode(), data, len(data)) != OK:
                raise library.error()
        if on_event:
            self.function = EVENT_FUNCTION(lambda event, _: on_event(json.loads(event)))  # must live as long as the run
            library.redraw_run_on_event(self.handle, self.function, None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.library.redraw_run_destroy(self.handle)

    def execute(self, engine):
        """Returns OK or CANCELLED. Other Python threads keep running meanwhile."""
        status = self.library.redraw_run_execute(self.handle, engine.handle)
        if status == FAILED:
            raise self.library.error()
        return status

    def cancel(self):
        self.library.redraw_run_cancel(self.handle)

    def preview(self, picture=0):
        return self.library.bytes_of(self.library.redraw_run_preview, self.handle, picture)

    def pictures(self):
        count = self.library.redraw_run_picture_count(self.handle)
        return [self.library.bytes_of(self.library.redraw_run_picture, self.handle, i) for i in range(count)]

    def result(self):
        return json.loads(self.library.require(self.library.redraw_run_result(self.handle)))


def main(library_path, picture, prompt, output):
    library = Library(library_path)
    with open(picture, "rb") as file:
        pictures = {"drawing": file.read()}
    request = {"prompt": prompt, "init": "drawing", "strength": 0.7, "steps": 10, "seed": 1592514025}
    with Engine(library) as engine, Run(library, request, pictures, on_event=print) as run:
        run.execute(engine)
        with open(output, "wb") as file:
            file.write(run.pictures()[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
