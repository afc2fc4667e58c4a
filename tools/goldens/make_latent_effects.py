"""What InvokeAI does to noise and latents: slerp and variations, Perlin noise, the two thresholds, symmetry; and the
rescaling of guidance (diffusers' rescale_noise_cfg, Lin et al. 2024, Algorithm 2).

Written from the description of these rules (shared/reference/img2img-semantics.md A.6), whole tensors in NCHW, N = 1.
Noise is torch.randn of a CPU generator. The angles of Perlin noise and the numbers of the threshold are torch.rand of
the generator named in the key, after the noise drawn from it where there is one. Fields and sums are float64 but for
what decides which random number goes where, which is float32 as in the original.
"""
import sys
import numpy as np
import torch
from common import save


def cpu(seed):
    return torch.Generator().manual_seed(seed)


def noise(seed, *shape):
    return torch.randn(1, *shape, generator=cpu(seed))


def slerp(t, a, b):
    u, v = a.double() / a.double().norm(), b.double() / b.double().norm()
    cosine = float((u * v).sum())
    if abs(cosine) > 0.9995:
        return (1 - t) * a.double() + t * b.double()
    angle = np.arccos(cosine)
    return (np.sin((1 - t) * angle) * a.double() + np.sin(t * angle) * b.double()) / np.sin(angle)


def perlin(height, width, generator):
    """One field [height, width] over 8 x 8 cells, sides rounded up to multiples of 8 and cropped."""
    rows, columns = (height + 7) // 8 * 8, (width + 7) // 8 * 8
    angles = 2 * np.pi * torch.rand(9, 9, generator=generator).double().numpy()
    gy, gx = np.cos(angles), np.sin(angles)
    y, x = np.meshgrid(np.arange(rows) * 8 / rows, np.arange(columns) * 8 / columns, indexing="ij")
    iy, ix = np.floor(y).astype(int), np.floor(x).astype(int)
    y, x = y - iy, x - ix
    corner = lambda dy, dx: gy[iy + dy, ix + dx] * (y - dy) + gx[iy + dy, ix + dx] * (x - dx)
    fade = lambda s: s * s * s * (s * (s * 6 - 15) + 10)
    mix = lambda p, q, s: p + (q - p) * s
    field = mix(mix(corner(0, 0), corner(1, 0), fade(y)), mix(corner(0, 1), corner(1, 1), fade(y)), fade(x))
    return torch.from_numpy(np.sqrt(2) * field[:height, :width])


def threshold_2_3(latent, limit_at_end, progress, generator):
    limit = limit_at_end if progress >= 0.2 else limit_at_end + 5 * limit_at_end * (1 - progress / 0.2)
    out, highest, lowest, altered = latent.clone(), latent.max().item(), latent.min().item(), 0
    if highest > limit:
        top = min(max(0.7 * highest, 1), limit)
        beyond = out > top
        out[beyond] = torch.rand(int(beyond.sum()), generator=generator) * top
        altered += int(beyond.sum())
    if lowest < -limit:
        bottom = max(min(0.7 * lowest, -1), -limit)
        beyond = out < bottom
        out[beyond] = torch.rand(int(beyond.sum()), generator=generator) * bottom
        altered += int(beyond.sum())
    return out, altered


def limits_2_2(limit, steps, calls):
    """The limit at each call of the guided network, eased in."""
    warm_up, out = max(0.8 * steps, steps - 10), []
    counter = max(warm_up / 10, 1)
    for _ in range(calls):
        eased = max(1, 1 + (limit - 1) * (counter / warm_up)) if counter < warm_up else limit
        counter += counter < warm_up
        out.append(min(eased, limit))
    return out


def threshold_2_2(x, limit):
    highest, lowest = x.max().item(), x.min().item()
    if highest > limit:
        highest = min(max(1, 0.7 * highest), limit)
    if lowest < -limit:
        lowest = max(min(-1, 0.7 * lowest), -limit)
    return x.clamp(lowest, highest)


def rescale(conditional, guided, multiplier):
    scaled = guided * (conditional.std() / guided.std())
    return multiplier * scaled + (1 - multiplier) * guided


out = {}
a, b = noise(1, 4, 6, 5), noise(2, 4, 6, 5)
pairs = {"apart": (a, b), "near": (a, a + 0.01 * b), "opposite": (a, 0.01 * b - a), "lengths": (a, 3 * b)}
for name, (p, q) in pairs.items():
    out[f"slerp/{name}/a"], out[f"slerp/{name}/b"] = p, q
    for t in (0.1, 0.5, 0.9):
        out[f"slerp/{name}/t{t}"] = slerp(t, p, q).float()
folded = noise(7, 4, 8, 8)
for seed, weight in ((11, 0.2), (4294967295, 0.5), (13, 0.05)):
    folded = slerp(weight, folded, noise(seed, 4, 8, 8)).float()
out["variations/seed7/11:0.2,4294967295:0.5,13:0.05"] = folded

for height, width in ((16, 24), (12, 20), (8, 8), (5, 33)):
    for seed in (0, 1592514025):
        g = cpu(seed)
        gauss = torch.randn(1, 4, height, width, generator=g)
        fields = torch.stack([perlin(height, width, g) for _ in range(4)])[None]
        for amount in (0.2, 1.0):
            out[f"perlin/{height}x{width}/seed{seed}/{amount}"] = ((1 - amount) * gauss.double() + amount * fields).float()

latent = 1.8 * noise(3, 4, 7, 6)
skewed = latent + 1.5  # beyond the limit above alone
out["threshold/latent"], out["threshold/skewed"] = latent, skewed
for name, x in (("latent", latent), ("skewed", skewed)):
    for limit in (0.5, 1.5, 2.5, 3.5, 20.0):
        for progress in (0.0, 0.1, 0.2, 0.9):
            result, altered = threshold_2_3(x, limit, progress, cpu(5))
            out[f"threshold/2.3/{name}/{limit}/{progress}"] = result
            out[f"threshold/2.3/{name}/{limit}/{progress}/altered"] = torch.tensor([altered])
        out[f"threshold/2.2.5/{name}/{limit}"] = threshold_2_2(x, limit)
for limit, steps in ((0.5, 10), (5.0, 10), (5.0, 50), (12.0, 100), (3.0, 1)):
    out[f"threshold/2.2.5/limits/{limit}/{steps}"] = torch.tensor(limits_2_2(limit, steps, steps + 3), dtype=torch.float64)

for height, width in ((6, 8), (5, 7), (1, 1)):
    x = noise(4, 3, height, width)
    out[f"symmetry/{height}x{width}/latent"] = x
    out[f"symmetry/{height}x{width}/h"] = torch.cat([x[..., : width // 2], x.flip(3)[..., width // 2 :]], 3)
    out[f"symmetry/{height}x{width}/v"] = torch.cat([x[:, :, : height // 2], x.flip(2)[:, :, height // 2 :]], 2)

conditional, unconditional = noise(8, 4, 9, 7), noise(9, 4, 9, 7) + 0.1
guided = unconditional + 7.5 * (conditional - unconditional)
out["rescale/conditional"], out["rescale/guided"] = conditional, guided
for multiplier in (0.0, 0.3, 0.7, 1.0):
    out[f"rescale/{multiplier}"] = rescale(conditional, guided, multiplier)
save(sys.argv[1] + "/rng/latent_effects.safetensors", out, what=__doc__)
