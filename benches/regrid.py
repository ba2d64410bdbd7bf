#!/usr/bin/env python3
"""Regridding: ours against SciPy's LinearNDInterpolator and a numpy mean by box, in one run.

    cargo build --release --workspace --examples
    .venv/bin/python benches/regrid.py [--repeats N]

A source of 120 × 150 cells of 0.1°; 124,000 cells of 0.036° for linear, 616 of 0.5° for the mean; one thread. Only the ratios
count. The table is Markdown, on standard output.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import numpy as np
from scipy.interpolate import LinearNDInterpolator
from scipy.spatial import Delaunay

ROOT = pathlib.Path(__file__).resolve().parents[1]
RELEASE = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"


def timed(work, repeats):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = work()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times), result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    program = RELEASE / "examples" / "bench_regrid"
    if not program.exists():
        sys.exit(f"{program} is not there; build it: cargo build --release --workspace --examples")
    lat, lon = 0.05 + 0.1 * np.arange(120), 0.05 + 0.1 * np.arange(150)
    field = np.sin(0.13 * np.arange(120))[:, None] + np.cos(0.07 * np.arange(150))[None, :]
    points = np.array([(a, o) for a in lat for o in lon])
    fine = np.array([(a, o) for a in 0.2 + 0.036 * np.arange(310) for o in 0.2 + 0.036 * np.arange(400)])
    triangles, shape = timed(lambda: Delaunay(points), repeats)
    interpolator = LinearNDInterpolator(shape, field.ravel())
    evaluation, linear = timed(lambda: interpolator(fine), repeats)
    ours = json.loads(subprocess.run([program, str(5 * repeats)], check=True, capture_output=True, text=True).stdout)
    assert abs(ours["linear"]["sum"] - np.nansum(linear)) < 1e-3 * abs(np.nansum(linear)) + 1.0, (ours["linear"]["sum"], np.nansum(linear))

    def boxes():
        means = []
        for a in 0.75 + 0.5 * np.arange(22):
            for o in 0.75 + 0.5 * np.arange(28):
                inside = (np.abs(points[:, 0] - a) <= 0.25 + 1e-9) & (np.abs(points[:, 1] - o) <= 0.25 + 1e-9)
                means.append(field.ravel()[inside].mean())
        return np.array(means)

    masked, means = timed(boxes, repeats)
    assert abs(ours["mean"]["sum"] - means.sum()) < 0.05 * len(means), (ours["mean"]["sum"], means.sum())
    l, m, c = ours["linear"], ours["mean"], ours["conservative"]
    print("| | peer, ms | Eventscape, ms | times faster |")
    print("|---|---|---|---|")
    print(f"| linear: SciPy Delaunay + evaluation against weights + values | {triangles + evaluation:.1f} | {l['all_ms']:.2f} | **{(triangles + evaluation) / l['all_ms']:.0f}** |")
    print(f"| linear: SciPy evaluation alone against weights + values | {evaluation:.1f} | {l['all_ms']:.2f} | **{evaluation / l['all_ms']:.0f}** |")
    print(f"| linear: SciPy evaluation alone against values (weights kept for further steps) | {evaluation:.1f} | {l['apply_ms']:.2f} | **{evaluation / l['apply_ms']:.0f}** |")
    print(f"| mean: a numpy mask a cell against weights + values | {masked:.1f} | {m['all_ms']:.3f} | **{masked / m['all_ms']:.0f}** |")
    print(f"| conservative: weights + values | – | {c['all_ms']:.3f} | |")


if __name__ == "__main__":
    main()
