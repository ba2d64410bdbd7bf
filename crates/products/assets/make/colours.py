"""Makes ../viridis.rgb and ../diverging.rgb: 256 colours each, three bytes a colour.

    pip install matplotlib && python colours.py

viridis is by S. van der Walt and N. Smith (CC0). The diverging map is K. Moreland's cool-warm (2009), computed here from his
formula: perceptually even steps of Msh colour space on either side of a neutral middle.
"""

from math import acos, atan2, cos, pi, sin, sqrt
from pathlib import Path

from matplotlib import colormaps

assets = Path(__file__).resolve().parent.parent


def lab_to_rgb(light, a, b):
    fy = (light + 16) / 116
    xyz = []
    for f, white in ((fy + a / 500, 0.95047), (fy, 1.0), (fy - b / 200, 1.08883)):
        xyz.append(white * (f**3 if f > 6 / 29 else (f - 16 / 116) * 3 * (6 / 29) ** 2))
    x, y, z = xyz
    linear = (3.2406 * x - 1.5372 * y - 0.4986 * z, -0.9689 * x + 1.8758 * y + 0.0415 * z, 0.0557 * x - 0.2040 * y + 1.0570 * z)
    gamma = [12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in linear]
    return [max(0, min(255, round(255 * c))) for c in gamma]


def rgb_to_msh(rgb):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in rgb)]
    r, g, b = linear
    xyz = (0.4124 * r + 0.3576 * g + 0.1805 * b, 0.2126 * r + 0.7152 * g + 0.0722 * b, 0.0193 * r + 0.1192 * g + 0.9505 * b)
    f = [(v / w) ** (1 / 3) if v / w > 0.008856 else 7.787 * v / w + 16 / 116 for v, w in zip(xyz, (0.95047, 1, 1.08883))]
    light, a, b = 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])
    m = sqrt(light**2 + a**2 + b**2)
    return m, acos(light / m), atan2(b, a)


def moreland(cold, warm, middle=88.0):
    half = []
    for end in (cold, warm):
        m, s, h = rgb_to_msh(end)
        spin = s * sqrt(middle**2 - m**2) / (m * sin(s))
        half.append((m, s, h, h - spin if h > -pi / 3 else h + spin))
    colours = []
    for k in range(256):
        t = k / 255
        (m, s, h, grey), part = (half[0], 1 - 2 * t) if t < 0.5 else (half[1], 2 * t - 1)
        mm, ss, hh = middle + (m - middle) * part, s * part, grey + (h - grey) * part
        colours += lab_to_rgb(mm * cos(ss), mm * sin(ss) * cos(hh), mm * sin(ss) * sin(hh))
    return bytes(colours)


viridis = bytes(round(255 * c) for k in range(256) for c in colormaps["viridis"](k)[:3])
(assets / "viridis.rgb").write_bytes(viridis)
(assets / "diverging.rgb").write_bytes(moreland((59, 76, 192), (180, 4, 38)))
