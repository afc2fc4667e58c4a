"""A GGUF file with a tensor of each type that redraw reads, written by ggml's own Python package, and what that package
makes of it in float32; and the 256 patterns of each 8-bit float, as torch widens them.

    python3 tools/goldens/make_gguf.py [--seed 0] [--root .]     needs gguf 0.19.0, torch 2.13.0, safetensors, numpy

Writes tests/data/gguf/types.gguf, tests/data/gguf/types.safetensors and tests/golden/float8.safetensors.
"""
import argparse
import importlib.metadata
import os

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as T
from safetensors.torch import save_file

# Where the float16 scales stand in a block, by type.
SCALES = {T.Q4_0: [0], T.Q4_1: [0, 2], T.Q5_0: [0], T.Q5_1: [0, 2], T.Q8_0: [0],
          T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208]}
QUANTISED_BY_PACKAGE = [T.Q4_0, T.Q4_1, T.Q5_0, T.Q5_1, T.Q8_0]
ROWS, BLOCKS = 3, 4


def random_blocks(rng, kind):
    """Rows of blocks whose bytes are random, so every bit matters; the scales are finite float16, subnormal ones included."""
    _, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = rng.integers(0, 256, (ROWS * BLOCKS, size), dtype=np.uint8)
    for at in SCALES[kind]:
        halves = rng.integers(0, 0x7C00, ROWS * BLOCKS).astype(np.uint16) | (rng.integers(0, 2, ROWS * BLOCKS) << 15).astype(np.uint16)
        halves[0] = 0x0001  # the smallest subnormal
        halves[1] = 0xFBFF  # the largest, negative
        blocks[:, at:at + 2] = halves.view(np.uint8).reshape(-1, 2)
    return blocks.reshape(ROWS, BLOCKS * size)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--root", default=".")
    args = parser.parse_args()
    rng = np.random.Generator(np.random.Philox(key=[args.seed, 41]))
    about = {"gguf": importlib.metadata.version("gguf"), "numpy": np.__version__, "torch": torch.__version__, "seed": str(args.seed)}

    folder = os.path.join(args.root, "tests/data/gguf")
    os.makedirs(folder, exist_ok=True)
    writer = gguf.GGUFWriter(os.path.join(folder, "types.gguf"), "sd1")
    writer.add_string("general.name", "every type, seed %d" % args.seed)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_bool("test.bool", True)
    writer.add_float64("test.float64", 0.5)
    writer.add_array("test.strings", ["a", "", "é"])
    writer.add_array("test.numbers", [1, 2, 3])
    expected = {}

    def add(name, stored, kind, **options):
        writer.add_tensor(name, stored, raw_dtype=kind, **options)
        expected[name] = gguf.quants.dequantize(stored, kind).reshape(gguf.quant_shape_from_byte_shape(stored.shape, kind)
                                                                      if kind in SCALES else stored.shape)

    for kind in SCALES:
        add("random.%s" % kind.name, random_blocks(rng, kind), kind)
    values = rng.standard_normal((2, 64), dtype=np.float32)
    for kind in QUANTISED_BY_PACKAGE:
        add("normal.%s" % kind.name, gguf.quants.quantize(values, kind), kind)
    add("plain.F32", rng.standard_normal((2, 3, 5), dtype=np.float32), T.F32)
    add("plain.F16", rng.standard_normal((7,), dtype=np.float32).astype(np.float16), T.F16)
    brains = gguf.quants.quantize(rng.standard_normal((3, 8), dtype=np.float32), T.BF16)
    writer.add_tensor("plain.BF16", brains, raw_dtype=T.BF16)
    expected["plain.BF16"] = gguf.quants.dequantize(brains, T.BF16)
    # A convolution as ComfyUI-GGUF stores it: rows of 9 hold no whole block, rows of 32 do.
    conv = gguf.quants.quantize(rng.standard_normal((8 * 4 * 9 // 32, 32), dtype=np.float32), T.Q8_0)
    add("conv.weight", conv, T.Q8_0)
    expected["conv.weight"] = expected["conv.weight"].reshape(8, 4, 3, 3)
    writer.add_array("comfy.gguf.orig_shape.conv.weight", [8, 4, 3, 3])

    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    save_file({k: torch.from_numpy(np.ascontiguousarray(v, dtype=np.float32)) for k, v in expected.items()},
              os.path.join(folder, "types.safetensors"), metadata=about)

    patterns = torch.arange(256, dtype=torch.uint8)
    floats = {}
    for name, kind in [("e4m3", torch.float8_e4m3fn), ("e5m2", torch.float8_e5m2)]:
        floats[name] = patterns.view(kind).clone()
        floats[name + "/f32"] = patterns.view(kind).to(torch.float32)
    save_file(floats, os.path.join(args.root, "tests/golden/float8.safetensors"), metadata=about)
    for written in ("tests/data/gguf/types.safetensors", "tests/golden/float8.safetensors"):
        os.chmod(os.path.join(args.root, written), 0o644)


main()
