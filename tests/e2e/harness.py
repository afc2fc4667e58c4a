"""What the end-to-end tests share: running the program, small pictures made on the spot, and a folder for each test.

A test file ends with `harness.main()` and is run as `python3 NAME_test.py PATH-OF-REDRAW`. Only Python's standard
library is used.
"""
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
DRAWING = SOURCE / "examples" / "fire-drawing.png"
MODEL = SOURCE / "models" / "emoji-128"
# Ends a program that hangs. Generous: a sanitizer build on a busy machine needs a hundred times what release needs.
TIMEOUT_S = 300
# One executed step on 8x8 latents by one thread: the least that still goes the whole way.
SMALL = ["--steps", "2", "--strength", "0.5", "--width", "64", "--height", "64", "--threads", "1", "--seed", "7"]

program = None  # path of redraw, set by main()


class EndToEndTest(unittest.TestCase):
    """A test with a folder of its own, `self.folder`, and `self.outdir` in it, which redraw is to make."""

    maxDiff = None

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="redraw-e2e-")
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.outdir = self.folder / "out"
        # A list of models of its own, and not that of whoever runs the tests.
        os.environ["XDG_DATA_HOME"] = str(self.folder / "data")
        os.environ["XDG_CACHE_HOME"] = str(self.folder / "cache")

    def run_redraw(self, *arguments, **options):
        """Runs redraw to its end; the result has returncode, stdout and stderr as text."""
        return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, cwd=self.folder,
                              timeout=TIMEOUT_S, check=False, **options)

    def img2img(self, *arguments, init=DRAWING, outdir=None, small=True, **options):
        """A small run on `init` with the prompt "fire"; a later option replaces an earlier one of SMALL."""
        own = without_overridden(SMALL, arguments) if small else []
        return self.run_redraw("img2img", init, "fire", "--outdir", outdir or self.outdir, *own, *arguments, **options)

    def assert_succeeds(self, result):
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def files(self, folder=None):
        """Names in the output folder, hidden ones included; none where it was not made."""
        folder = folder or self.outdir
        return sorted(os.listdir(folder)) if folder.is_dir() else []


def without_overridden(defaults, arguments):
    """The option-value pairs of `defaults` whose option is not among `arguments`."""
    pairs = zip(defaults[::2], defaults[1::2])
    return [word for pair in pairs if pair[0] not in arguments for word in pair]


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bytes(width, height, rows=None):
    """An 8-bit RGB picture in one colour. `rows`: how many are in the file, if not all that the header states."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    row = b"\0" + b"\xc0\x60\x20" * width
    pixels = zlib.compress(row * (height if rows is None else rows))
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", pixels) + png_chunk(b"IEND", b""))


def png_size(data):
    return struct.unpack(">II", data[16:24])


def png_chunks(data):
    """Yields (kind, data) of every chunk; fails on a checksum that is wrong or a file that does not end with IEND."""
    at = 8
    while at < len(data):
        length, = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4:at + 8], data[at + 8:at + 8 + length]
        if struct.unpack_from(">I", data, at + 8 + length)[0] != zlib.crc32(kind + body):
            raise ValueError(f"the checksum of a {kind} chunk is wrong")
        yield kind, body
        at += 12 + length
    if kind != b"IEND":
        raise ValueError("the file does not end with IEND")


def copy_model(folder):
    """A copy of the model in the box whose parts can be damaged."""
    return Path(shutil.copytree(MODEL, folder, ignore=shutil.ignore_patterns("samples")))


def read_safetensors(path):
    """The header of a safetensors file, as a dictionary, and the bytes after it."""
    data = path.read_bytes()
    length, = struct.unpack("<Q", data[:8])
    return json.loads(data[8:8 + length]), data[8 + length:]


def write_safetensors(path, header, numbers):
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + numbers)


def swap_first_dimensions(path, tensor):
    """Writes another shape of `tensor` into the header of a safetensors file, of as many elements as before."""
    header, numbers = read_safetensors(path)
    shape = header[tensor]["shape"]
    shape[0], shape[1] = shape[1], shape[0]
    write_safetensors(path, header, numbers)


def fill_with_nan(path, tensor):
    """Makes every number of a float16 tensor a NaN."""
    header, numbers = read_safetensors(path)
    if header[tensor]["dtype"] != "F16":
        raise ValueError(f"{tensor} is {header[tensor]['dtype']}, not F16")
    begin, end = header[tensor]["data_offsets"]
    nan = struct.pack("<H", 0x7E00) * ((end - begin) // 2)
    write_safetensors(path, header, numbers[:begin] + nan + numbers[end:])


def main():
    global program
    if len(sys.argv) < 2 or not os.access(sys.argv[1], os.X_OK):
        sys.exit(f"usage: {sys.argv[0]} PATH-OF-REDRAW [TEST...]")
    program = os.path.abspath(sys.argv.pop(1))
    unittest.main(module="__main__", verbosity=2)
