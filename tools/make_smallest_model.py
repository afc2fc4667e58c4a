#!/usr/bin/env python3
"""Write tests/data/models/smallest-sd1.safetensors: a single file that is a Stable Diffusion 1 by its names and shapes, and
as small as one can be. For tests of what keeps models, which never run it.

  make_smallest_model.py DEST
"""
import sys

import make_checkpoint as mc

mc.ARCHS["smallest"] = dict(ch=8, mult=(1, 1), depth=(1, 0), mid=1, ctx=8, linear_proj=False, vae_ch=4, vae_mult=(1, 1, 1, 1),
                            clip=dict(width=8, layers=1, ff=8, vocab=64))
tensors = mc.checkpoint("smallest")
mc.write_safetensors(sys.argv[1], {k: (s, kind, lambda seed, k=k, s=s, kind=kind: mc.values(k, s, kind, seed))
                                   for k, (s, kind) in tensors.items()}, "f16", 0)
