"""Golden outputs of UNets that leave blocks out or take more channels, each small, with made-up weights.

  make_unet_variants.py DEST [--seed N] [--only NAME]

DEST/NAME gets config.json (as diffusers writes it), weights.safetensors (float16) and case.safetensors: inputs, and what
diffusers' UNet2DConditionModel computes from those weights in float32 and in float64 (suffix /f64).
"""
import argparse
import json
import os

import numpy as np
import torch
from common import mc, save, seeded

SD = dict(cross_attention_dim=32, attention_head_dim=4, norm_num_groups=8, sample_size=16)
XL = dict(SD, addition_embed_type="text_time", addition_time_embed_dim=8, projection_class_embeddings_input_dim=64, use_linear_projection=True)


def blocks(attends, down=None):
    """Block types for levels, highest resolution first, that have attention or not; on the way down `down` if given."""
    return dict(down_block_types=["CrossAttnDownBlock2D" if a else "DownBlock2D" for a in down or attends],
                up_block_types=["CrossAttnUpBlock2D" if a else "UpBlock2D" for a in reversed(attends)])


VARIANTS = {
    # SSD-1B and Vega: a depth for each transformer, one residual block in the middle.
    "ssd1b": dict(XL, block_out_channels=[16, 24, 32], attention_head_dim=[1, 2, 4], mid_block_type="UNetMidBlock2D", **blocks([0, 1, 1]),
                  transformer_layers_per_block=[1, [1, 2], [2, 1]], reverse_transformer_layers_per_block=[[1, 2, 1], [2, 1, 1], 1]),
    # BK-SDM small (Segmind small-sd): one residual block a level, no middle.
    "small-sd": dict(SD, block_out_channels=[16, 24, 32, 32], layers_per_block=1, mid_block_type=None, **blocks([1, 1, 1, 0])),
    # BK-SDM tiny (Segmind tiny-sd), SDXS: the same without the lowest level.
    "tiny-sd": dict(SD, block_out_channels=[16, 24, 32], layers_per_block=1, mid_block_type=None, **blocks([1, 1, 1])),
    # KOALA-1B: SDXL with one residual block a level.
    "koala": dict(XL, block_out_channels=[16, 24, 32], attention_head_dim=[1, 2, 4], layers_per_block=1, transformer_layers_per_block=[0, 1, 2], **blocks([0, 1, 1])),
    # Inpainting: nine channels in; and a list for the level under which the middle's transformer is.
    "inpaint": dict(SD, in_channels=9, block_out_channels=[16, 24], **blocks([1, 1]), transformer_layers_per_block=[1, [2, 1]],
                    reverse_transformer_layers_per_block=[[1, 1, 2], 1]),
    # InstructPix2Pix: eight channels in; and levels of different lengths, with attention on one way only.
    "pix2pix": dict(SD, in_channels=8, block_out_channels=[16, 24], layers_per_block=[1, 2], **blocks([1, 0], down=[0, 1])),
}


def kind(name):
    return "b" if name.endswith("bias") else "g" if "norm" in name.split(".")[-2] else "w"


def make(dest, name, seed):
    from diffusers import UNet2DConditionModel
    config = dict(VARIANTS[name])
    os.makedirs(f"{dest}/{name}", exist_ok=True)
    model = UNet2DConditionModel.from_config(config).eval()
    with open(f"{dest}/{name}/config.json", "w") as f:
        f.write(model.to_json_string())
    shapes = {k: tuple(v.shape) for k, v in model.state_dict().items()}
    tensors = {k: (s, kind(k), lambda seed, k=k, s=s: mc.values(f"{name}/{k}", s, kind(k), seed)) for k, s in sorted(shapes.items())}
    mc.write_safetensors(f"{dest}/{name}/weights.safetensors", tensors, "f16", seed)
    out = {"context": seeded(f"{name}/context", (2, 9, config["cross_attention_dim"]))}
    if "addition_embed_type" in config:
        out["pooled"] = seeded(f"{name}/pooled", (2, 16))
        out["time_ids"] = torch.tensor([[1024.0, 1024, 0, 0, 1024, 1024], [768, 1344, 16, 32, 768, 1344]])
    for tag, dtype in (("", torch.float32), ("/f64", torch.float64)):
        model = model.to(dtype)
        model.load_state_dict({k: torch.from_numpy(v(seed).astype(np.float16)).to(dtype) for k, (_, _, v) in tensors.items()})
        kw = {"added_cond_kwargs": {k: out[v].to(dtype) for k, v in (("text_embeds", "pooled"), ("time_ids", "time_ids"))}} if "pooled" in out else {}
        for h, w, t in ((16, 16, 999), (16, 16, 1), (21, 13, 500)):  # the last: odd extents at every level
            x = out[f"{h}x{w}/x"] = seeded(f"{name}/x/{h}x{w}", (2, model.config.in_channels, h, w))
            out[f"{h}x{w}/t{t}/out{tag}"] = model(x.to(dtype), t, out["context"].to(dtype), **kw).sample
    save(f"{dest}/{name}/case.safetensors", out, variant=name, seed=seed, config=json.dumps(VARIANTS[name]))


p = argparse.ArgumentParser()
p.add_argument("dest"); p.add_argument("--seed", type=int, default=0); p.add_argument("--only", default=None)
o = p.parse_args()
for variant in [o.only] if o.only else VARIANTS:
    make(o.dest, variant, o.seed)
