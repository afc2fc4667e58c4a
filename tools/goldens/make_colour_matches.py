"""Golden colour matches: pictures, references, and what scikit-image makes of them, for src/image/match_colours_test.cpp.

    python3 tools/goldens/make_colour_matches.py tests/data/images      (scikit-image 0.26.0, numpy 2.4.6, Pillow 13.0.0)

Each case is match-NAME-picture.png, -reference.png and -expected.png: sRGB to LAB in float64 by the constants of
IEC 61966-2-1 with its white (src/image/lab.h), skimage.exposure.match_histograms for each channel of OpenCV's 8 bits
(2.55 L, a, b), what they leave out of the picture added again in the measure of the reference's spread, back, limited
and rounded to 8 bits. Printed are the largest difference in levels, and the share of pixels with more than 2, from
three other ways: InvokeAI 2's, which cuts the result to 8 bits of LAB as well; the same as here with skimage.color's
LAB; and match_histograms on LAB without rounding, which stretches the grain of flat areas."""
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from skimage.color import lab2rgb, rgb2lab
from skimage.exposure import match_histograms


def to_8_bits(rgb):
    return np.round(np.clip(rgb, 0, 1) * 255).astype(np.uint8)


XYZ_FROM_RGB = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = XYZ_FROM_RGB.sum(axis=1)
KNEE = 6 / 29


def to_lab(picture):
    value = picture / 255
    light = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    t = light @ XYZ_FROM_RGB.T / WHITE
    x, y, z = np.moveaxis(np.where(t > KNEE**3, np.cbrt(t), t / (3 * KNEE**2) + 4 / 29), 2, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=2)


def from_lab(lab):
    y = (lab[..., 0] + 16) / 116
    f = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], axis=2)
    light = np.where(f > KNEE, f**3, 3 * KNEE**2 * (f - 4 / 29)) * WHITE @ np.linalg.inv(XYZ_FROM_RGB).T
    return to_8_bits(np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 0) ** (1 / 2.4) - 0.055))


UNITS = np.array([2.55, 1, 1])


def matched(picture, reference, to_lab=to_lab, from_lab=from_lab):
    picture, reference = (to_lab(image) * UNITS for image in (picture, reference))
    curve = match_histograms(np.round(picture), np.round(reference), channel_axis=2)
    spreads = [np.std(np.round(image), axis=(0, 1)) for image in (reference, picture)]
    detail = np.minimum(spreads[0] / spreads[1], 1)
    return from_lab((curve + (picture - np.round(picture)) * detail) / UNITS)


def matched_by_skimage(picture, reference):
    return matched(picture, reference, lambda image: rgb2lab(image / 255), lambda lab: to_8_bits(lab2rgb(lab)))


def matched_as_invokeai(picture, reference):
    offset = np.array([0, 128, 128])
    eight_bits = [np.round(to_lab(image) * UNITS + offset).astype(np.uint8) for image in (picture, reference)]
    return from_lab((match_histograms(*eight_bits, channel_axis=2) - offset) / UNITS)


def matched_without_rounding(picture, reference):
    return from_lab(match_histograms(to_lab(picture), to_lab(reference), channel_axis=2))


def difference(a, b):
    worst = np.abs(a.astype(int) - b).max(axis=2)
    return f"{worst.max()} ({(worst > 2).mean():.1%})"


def sunset(width, height, rng):
    """A warm sky above dark water with a bright disc, smooth but for a little grain."""
    y, x = np.mgrid[0:height, 0:width] / np.array([height - 1, width - 1]).reshape(2, 1, 1)
    sky = np.stack([0.25 + 0.7 * y, 0.15 + 0.5 * y**2, 0.45 - 0.3 * y], axis=2)
    water = np.stack([0.1 + 0.2 * x, 0.12 + 0.1 * x, 0.25 - 0.1 * x], axis=2)
    picture = np.where(y[..., None] < 0.7, sky, water)
    disc = np.exp(-((x - 0.65) ** 2 + (y - 0.5) ** 2) / 0.01)[..., None]
    return to_8_bits(picture + disc * [0.6, 0.5, 0.2] + rng.normal(0, 0.015, picture.shape))


def forest(width, height, rng):
    """Greens and blues in waves, with grain."""
    y, x = np.mgrid[0:height, 0:width] / np.array([height - 1, width - 1]).reshape(2, 1, 1)
    waves = 0.5 + 0.5 * np.sin(9 * x + 4 * np.sin(5 * y))
    picture = np.stack([0.1 + 0.3 * waves * y, 0.25 + 0.5 * waves, 0.2 + 0.4 * (1 - y)], axis=2)
    return to_8_bits(picture + rng.normal(0, 0.02, picture.shape))


def main(folder):
    rng = np.random.default_rng(7)
    fire = Image.open("examples/fire-drawing.png").convert("RGB").resize((64, 64), Image.LANCZOS)
    cases = {
        "sunset-forest": (sunset(72, 56, rng), forest(60, 64, rng)),
        "forest-fire": (forest(56, 72, rng), np.asarray(fire)),
        "fire-sunset": (np.asarray(fire), sunset(80, 48, rng)),
    }
    for name, (picture, reference) in cases.items():
        expected = matched(picture, reference)
        for part, image in (("picture", picture), ("reference", reference), ("expected", expected)):
            Image.fromarray(image).save(folder / f"match-{name}-{part}.png", optimize=True)
        for way in (matched_as_invokeai, matched_by_skimage, matched_without_rounding):
            print(f"{name}: {way.__name__} {difference(way(picture, reference), expected)}")


main(Path(sys.argv[1]))
