"""Checkpoints that torch.save really wrote, and what is in them, for src/weights/torch_file_test.cpp.

    python3 tools/goldens/make_torch_files.py tests/data/torch      (torch 2.13.0, safetensors 0.8.0, numpy 2.4.6)

expected.safetensors has every tensor as FILE/NAME, contiguous, with its own type. The values are a fixed pattern; from
run to run only names within legacy.pt and script.pt differ."""
import sys
import types
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

FLOATS = [torch.float32, torch.float64, torch.float16, torch.bfloat16]
BYTES = [torch.float8_e4m3fn, torch.float8_e5m2]
INTEGERS = [torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.uint16, torch.uint32, torch.uint64]


def pattern(*shape, dtype=torch.float32, start=0):
    """Distinct numbers of both signs where the type has them, exact in float16."""
    numbers = torch.arange(start, start + int(np.prod(shape)), dtype=torch.int64) % 97
    if dtype.is_floating_point:
        return ((numbers - 40) / 8).to(dtype).reshape(shape)
    return numbers.to(dtype).reshape(shape)


def state_dict_of_views():
    base = pattern(6, 4, 2)
    return {
        "whole": base,
        "transposed": base.permute(2, 0, 1),
        "rows": base[2:4],
        "column": base[:, 1],
        "every_other": base[::2, :, 1],
        "one_row": base[3].unsqueeze(0),
        "last": base[5, 3, 1],
        "empty": base[6:],
        "matrix": pattern(100, 70, dtype=torch.float16).t(),
        "kernel": pattern(5, 3, 3, 3, dtype=torch.bfloat16).to(memory_format=torch.channels_last),
        "scalar": torch.tensor(7, dtype=torch.int64),
        "position_ids": torch.arange(77).expand((1, -1)),
    }


def lightning_checkpoint(state_dict):
    """As Stable Diffusion 1's .ckpt: a class among the keys, an optimizer, numbers of numpy."""
    module = types.ModuleType("pytorch_lightning.callbacks.model_checkpoint")
    model_checkpoint = type("ModelCheckpoint", (), {"__module__": module.__name__})
    module.ModelCheckpoint = model_checkpoint
    sys.modules["pytorch_lightning"] = types.ModuleType("pytorch_lightning")
    sys.modules["pytorch_lightning.callbacks"] = types.ModuleType("pytorch_lightning.callbacks")
    sys.modules[module.__name__] = module
    return {
        "epoch": 13,
        "global_step": 470000,
        "pytorch-lightning_version": "1.4.2",
        "state_dict": state_dict,
        "callbacks": {model_checkpoint: {"monitor": None, "best_model_score": torch.tensor(0.5), "dirpath": "/x"}},
        "optimizer_states": [{"state": {0: {"step": 1, "exp_avg": pattern(3)}}, "param_groups": [{"lr": 1e-4}]}],
        "lr_schedulers": [{"base_lrs": [1e-4], "last": np.float64(0.25), "seed": 1 << 70, "names": {"a"}}],
        "hyper_parameters": {"size": torch.Size([64, 64]), "dtype": torch.float16, "device": torch.device("cpu"),
                             "raw": b"\x00\xff"},
    }


class TinyModule(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = torch.nn.LayerNorm(4)
        self.proj = torch.nn.Linear(4, 3)
        self.register_buffer("steps", torch.arange(5))
        with torch.no_grad():
            for i, parameter in enumerate(self.parameters()):
                parameter.copy_(pattern(*parameter.shape, start=i))

    def forward(self, x):
        return self.proj(self.norm(x))


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    expected = {}

    def write(name, content, tensors, **options):
        torch.save(content, folder / name, **options)
        for key, tensor in tensors.items():
            expected[f"{name}/{key}"] = tensor.detach().contiguous().clone()

    types_dict = {str(t).split(".")[1]: pattern(3, 5, dtype=t) for t in FLOATS + BYTES + INTEGERS}
    types_dict["bool"] = pattern(7, dtype=torch.int64) % 2 == 0
    write("types.pt", types_dict, types_dict)
    views = state_dict_of_views()
    write("views.pt", views, views)
    unet = {"model.diffusion_model.out.2.weight": pattern(4, 2, 3, 3, dtype=torch.float16),
            "cond_stage_model.position_ids": torch.arange(77).unsqueeze(0)}
    write("lightning.ckpt", lightning_checkpoint(unet), unet)
    module = TinyModule()
    write("module.bin", module.state_dict(), module.state_dict())
    parameters = {"p": torch.nn.Parameter(pattern(2, 3)), "q": torch.nn.Parameter(pattern(3).half(), requires_grad=False)}
    write("parameters.pt", OrderedDict(parameters), parameters)
    nested = {"text": {"embed": {"weight": pattern(2, 2)}, "bias": pattern(2, start=9)}, "scale": pattern(1, start=5)}
    flat = {"text.embed.weight": nested["text"]["embed"]["weight"], "text.bias": nested["text"]["bias"],
            "scale": nested["scale"]}
    write("nested.pt", nested, flat)
    ema = {"body.weight": pattern(3, start=20)}
    write("params.pth", {"params": {"body.weight": pattern(3)}, "params_ema": ema, "iter": 5}, ema)
    write("protocol4.pt", {"model": flat, "global_step": 3_000_000_000}, flat, pickle_protocol=4)
    # The same by another writer: no padding, no data descriptors, one entry with ZIP64 fields.
    write("repacked.pt", nested, flat)
    with zipfile.ZipFile(folder / "repacked.pt") as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(folder / "repacked.pt", "w", zipfile.ZIP_STORED) as archive:
        for name, data in entries.items():
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=name.endswith("/data/0")) as entry:
                entry.write(data)
    save_file(expected, folder / "expected.safetensors", {"torch": torch.__version__})

    # What must be refused.
    torch.save(flat, folder / "legacy.pt", _use_new_zipfile_serialization=False)
    torch.save(module.norm, folder / "pickled_module.pt")
    torch.jit.script(module).save(str(folder / "script.pt"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
