"""Golden outputs of diffusers' AutoencoderTiny (TAESD) with made-up weights.

  make_taesd.py DEST [--width 16] [--seed N]

DEST/taesd gets config.json (as diffusers writes it), weights.safetensors (float16) and case.safetensors: image -> latent
and latent -> picture in float32 and in float64 (suffix /f64).
The published width is 64; 16 keeps the files small.
"""
import argparse
import os

import numpy as np
import torch
from common import mc, save, seeded

GAIN = 1.4

p = argparse.ArgumentParser()
p.add_argument("dest"); p.add_argument("--width", type=int, default=16); p.add_argument("--seed", type=int, default=0)
o = p.parse_args()


def kind(name):
    return "b" if name.endswith("bias") else "w"


def values(name, shape, seed):
    """make_checkpoint's, with weights large enough that latents come out of the ReLUs about as large as real ones."""
    return mc.values(f"taesd/{name}", shape, kind(name), seed) * np.float32(GAIN if kind(name) == "w" else 1)


def main():
    from diffusers import AutoencoderTiny
    where = f"{o.dest}/taesd"
    os.makedirs(where, exist_ok=True)
    model = AutoencoderTiny(encoder_block_out_channels=(o.width,) * 4, decoder_block_out_channels=(o.width,) * 4).eval()
    with open(f"{where}/config.json", "w") as f:
        f.write(model.to_json_string())
    shapes = {k: tuple(v.shape) for k, v in model.state_dict().items()}
    tensors = {k: (s, kind(k), lambda seed, k=k, s=s: values(k, s, seed)) for k, s in sorted(shapes.items())}
    mc.write_safetensors(f"{where}/weights.safetensors", tensors, "f16", o.seed)
    # Latents of twice the usual size reach into the soft limits.
    out = {"image": torch.clamp(seeded("taesd/image", (2, 3, 48, 40), 0.5), -1, 1), "latent": seeded("taesd/latent", (2, 4, 6, 5), 2)}
    for tag, dtype in (("", torch.float32), ("/f64", torch.float64)):
        model = model.to(dtype)
        model.load_state_dict({k: torch.from_numpy(v(o.seed).astype(np.float16)).to(dtype) for k, (_, _, v) in tensors.items()})
        out[f"encoded{tag}"] = model.encode(out["image"].to(dtype)).latents
        out[f"decoded{tag}"] = model.decode(out["latent"].to(dtype)).sample
    print({k: (float(v.std()), float(v.abs().max())) for k, v in out.items()})
    save(f"{where}/case.safetensors", out, width=o.width, seed=o.seed)


main()
