"""The noise of k-diffusion's SDE samplers: BrownianTreeNoiseSampler of k_diffusion/sampling.py over torchsde's
BrownianTree, and numpy's SeedSequence, from which the tree takes the seeds of its generators.

`CASE/range` is sigma_min and sigma_max, `CASE/queries` the pairs (sigma, sigma_next) in the order in which one sampler
was asked, `CASE/seedS/noise` what it gave, [queries, channels, height, width]. All sigmas are float32 numbers.
`seeds/ENTROPY/KEY-DEPTH` is SeedSequence(ENTROPY, spawn_key=(KEY, DEPTH), pool_size=24).generate_state(4),
`seeds/ENTROPY` the state without a spawn key.
"""
import importlib
import importlib.metadata
import importlib.util
import random
import sys
import types
import warnings
import numpy as np
import torch
from common import save


def k_diffusion_sampling():
    """k_diffusion.sampling without its package, whose import wants all that training needs."""
    root = importlib.util.find_spec("torchsde").submodule_search_locations[0].replace("torchsde", "k_diffusion")
    package = types.ModuleType("k_diffusion")
    package.__path__ = [root]
    sys.modules["k_diffusion"] = package
    stubs = ("torchvision", "torchvision.transforms", "torchvision.transforms.functional", "torchdiffeq")
    for name in stubs:
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__path__ = []
    sys.modules["torchvision.transforms"].functional = sys.modules["torchvision.transforms.functional"]
    sys.modules["torchdiffeq"].odeint = None
    sampling = importlib.import_module("k_diffusion.sampling")
    for name in stubs:
        del sys.modules[name]
    return sampling


sampling = k_diffusion_sampling()
warnings.simplefilter("error")  # torchsde warns where it moves a query into its range


def steps(sigmas):
    return [(float(a), float(b)) for a, b in zip(sigmas[:-1], sigmas[1:])]


def halves(sigmas):
    """DPM-Solver++ SDE: every step asks for the way to its middle (in log sigma), then for the whole."""
    out = []
    for a, b in zip(sigmas[:-1], sigmas[1:]):
        out += [(float(a), float((a * b).sqrt())), (float(a), float(b))]
    return out


def karras(n, low, high):
    return sampling.get_sigmas_karras(n, low, high)[:-1]


sd = karras(8, 0.029167158, 14.614641)
uneven = [(5.0, 1.0), (1.0, 5.0), (2.5, 2.4999), (9.999999, 0.1), (0.3333333, 0.25), (7.0, 6.5), (5.0, 1.0)]
shuffled = steps(sd)
random.Random(1).shuffle(shuffled)
CASES = {
    "steps": (sd, steps(sd), (1, 4, 4, 8)),
    "shuffled": (sd, shuffled, (1, 4, 4, 8)),
    "halves": (sd, halves(sd), (1, 4, 4, 8)),
    "uneven": (torch.tensor([0.1, 10.0]), uneven, (1, 4, 3, 3)),  # 36 numbers: torch draws the last 16 anew
    "short": (torch.tensor([0.1, 10.0]), uneven[:3], (1, 3, 1, 3)),  # 9 numbers: torch's other way
    "wide": (torch.tensor([0.002, 80.0]), steps(karras(6, 0.002, 80.0)), (1, 4, 4, 8)),
    "zero_snr": (torch.tensor([0.029167158, 4096.0]), [(4096.0, 14.5), (14.5, 0.5), (0.5, 0.03)], (1, 4, 4, 8)),
}
SEEDS = (0, 42, 2**32 - 1, 9876543210123)

out = {}
for case, (sigmas, queries, shape) in CASES.items():
    low, high = torch.as_tensor(float(sigmas.min())), torch.as_tensor(float(sigmas.max()))
    out[f"{case}/range"] = torch.tensor([low, high], dtype=torch.float64)
    out[f"{case}/queries"] = torch.tensor(queries, dtype=torch.float32).double()
    for seed in SEEDS:
        with warnings.catch_warnings():
            # sigma_min and sigma_max themselves, which the tree rounds to six digits, may lie a rounding outside
            warnings.filterwarnings("ignore", message="Should have t")
            sampler = sampling.BrownianTreeNoiseSampler(torch.zeros(shape), low, high, seed=seed)
            noise = [sampler(torch.tensor(a), torch.tensor(b)) for a, b in queries]
        out[f"{case}/seed{seed}/noise"] = torch.cat(noise)
for entropy in (0, 1, 42, 2**32 - 1, 2**32, 9876543210123, 2**64 - 1):
    state = np.random.SeedSequence(entropy, pool_size=24).generate_state(3)
    out[f"seeds/{entropy}"] = torch.tensor(state.astype(np.int64))
    for key, depth in ((0, 0), (1, 1), (12345, 17), (2**32 + 5, 33)):
        state = np.random.SeedSequence(entropy, spawn_key=(key, depth), pool_size=24).generate_state(4)
        out[f"seeds/{entropy}/{key}-{depth}"] = torch.tensor(state.astype(np.int64))
versions = {m.replace("-", "_"): importlib.metadata.version(m) for m in ("torchsde", "k-diffusion", "numpy")}
save(sys.argv[1] + "/rng/brownian.safetensors", out, what=__doc__, **versions)
