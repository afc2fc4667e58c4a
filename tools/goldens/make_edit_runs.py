"""Golden loops of networks that take more channels than the latent, by diffusers' own pipelines.

  make_edit_runs.py DEST [--seed N]

DEST/KIND.safetensors, KIND inpaint or pix2pix: the UNet of golden/unet-variants/KIND (made-up weights, as
make_unet_variants.py makes them), fixed contexts, noise and extra channels, six steps with guidance 7.5 and, for
pix2pix, image guidance 1.5. For each sampler `SAMPLER/x0` (the start) and `SAMPLER/x1`... (after each step).
"""
import argparse
import json
import os

import torch
from common import save, seeded
from safetensors.torch import load_file

VARIANTS = os.path.join(os.path.dirname(__file__), "../../tests/golden/unet-variants")
STEPS, GUIDANCE, IMAGE_GUIDANCE, SIDE = 6, 7.5, 1.5, 16


def unet(kind):
    from diffusers import UNet2DConditionModel
    with open(f"{VARIANTS}/{kind}/config.json") as f:
        model = UNet2DConditionModel.from_config(json.load(f))
    model.load_state_dict({k: v.float() for k, v in load_file(f"{VARIANTS}/{kind}/weights.safetensors").items()})
    return model.eval()


def schedulers():
    from diffusers import DDIMScheduler, EulerDiscreteScheduler
    betas = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
    return {"ddim": DDIMScheduler(**betas, clip_sample=False, set_alpha_to_one=False, steps_offset=1),
            "euler": EulerDiscreteScheduler(**betas, steps_offset=1)}  # scales its model input


def make(dest, kind, seed):
    import diffusers
    # The pipelines ask the autoencoder for its shape alone: pictures are given as latents.
    vae = diffusers.AutoencoderKL(block_out_channels=[8] * 4, norm_num_groups=8, down_block_types=["DownEncoderBlock2D"] * 4,
                                  up_block_types=["UpDecoderBlock2D"] * 4)
    parts = dict(vae=vae, text_encoder=None, tokenizer=None, unet=unet(kind), safety_checker=None, feature_extractor=None,
                 requires_safety_checker=False)
    draw = lambda name, shape: seeded(f"edit/{kind}/{seed}/{name}", shape)
    out = {"context": draw("context", (1, 9, 32)), "negative_context": draw("negative", (1, 9, 32)),
           "noise": draw("noise", (1, 4, SIDE, SIDE)), "picture": draw("picture", (1, 4, SIDE, SIDE))}
    asked = dict(prompt_embeds=out["context"], negative_prompt_embeds=out["negative_context"], latents=out["noise"],
                 num_inference_steps=STEPS, guidance_scale=GUIDANCE, output_type="latent")
    if kind == "inpaint":
        mask = torch.zeros(1, 1, SIDE * 8, SIDE * 8)
        mask[..., 24:88, 40:128] = 1
        out["mask"] = mask[..., ::8, ::8]
        pipeline_class = diffusers.StableDiffusionInpaintPipeline
        asked.update(image=torch.zeros(1, 3, SIDE * 8, SIDE * 8), mask_image=mask, masked_image_latents=out["picture"],
                     height=SIDE * 8, width=SIDE * 8, strength=1.0)
    else:
        pipeline_class = diffusers.StableDiffusionInstructPix2PixPipeline
        asked.update(image=out["picture"], image_guidance_scale=IMAGE_GUIDANCE)
    for name, scheduler in schedulers().items():
        pipeline = pipeline_class(scheduler=scheduler, **parts)
        pipeline.set_progress_bar_config(disable=True)

        def keep(pipeline, i, t, state):
            out[f"{name}/x{i + 1}"] = state["latents"].clone()
            return {}

        pipeline(**asked, callback_on_step_end=keep)
        out[f"{name}/x0"] = out["noise"] * pipeline.scheduler.init_noise_sigma
    save(f"{dest}/{kind}.safetensors", out, steps=STEPS, guidance=GUIDANCE, image_guidance=IMAGE_GUIDANCE, seed=seed)


p = argparse.ArgumentParser()
p.add_argument("dest"); p.add_argument("--seed", type=int, default=0)
o = p.parse_args()
for kind in ("inpaint", "pix2pix"):
    make(o.dest, kind, o.seed)
