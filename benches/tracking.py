#!/usr/bin/env python3
"""Scenes in memory to tracks: Eventscape beside labelling libraries and one pass of numpy, in one run.

Everything that a track needs (detection, labels, descriptions, links) is timed for Eventscape; only the labelling of a
mask that is already there for the libraries; and `numpy.less(scenes, threshold, out=...)` as the pass that all is
measured against. Only the ratios of one run count.

    cargo build --release --workspace --examples
    .venv/bin/python benches/tracking.py [--sizes S,M,L,noise] [--data FOLDER] [--repeats N]

Scenes are made by `gen_scenes.py` (about a minute each for M and L) and kept in FOLDER if one is named. The table is
Markdown, on standard output.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
NOISE = {"noise": (12, 1650, 2500), "noise-L": (2, 3298, 9896)}


def scenes_file(folder, size):
    path = folder / f"{size}.npy"
    if not path.exists():
        print(f"making {path.name} ...", file=sys.stderr)
        if size in NOISE:
            rng = np.random.default_rng(1)
            np.save(path, rng.random(NOISE[size], dtype=np.float32))
        else:
            subprocess.run([sys.executable, HERE / "gen_scenes.py", "--size", size, "--out", path], check=True,
                           stdout=sys.stderr)
    return path


def timed(work, repeats):
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - start))
    return times


def numpy_pass(scenes, threshold, repeats):
    out = np.empty(scenes.shape, bool)
    return timed(lambda: np.less(scenes, np.float32(threshold), out=out), repeats)


def ours(binary, path, threshold, threads, repeats, extra):
    command = [binary, path, "--threads", threads, "--runs", repeats, "--threshold", threshold, *extra]
    return json.loads(subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout)


def peers(scenes, threshold, repeats):
    masks = [np.ascontiguousarray(scene < threshold) for scene in scenes]
    rows = []
    try:
        import cv2
        cv2.setNumThreads(1)
        bytes_of = [mask.view(np.uint8) for mask in masks]
        rows.append(("OpenCV connectedComponents (labels only)",
                     timed(lambda: [cv2.connectedComponents(m, connectivity=8) for m in bytes_of], repeats)))
    except ImportError:
        print("OpenCV is not installed", file=sys.stderr)
    try:
        import cc3d
        rows.append(("cc3d (labels only)", timed(lambda: [cc3d.connected_components(m, connectivity=8) for m in masks],
                                                 repeats)))
    except ImportError:
        print("cc3d is not installed", file=sys.stderr)
    try:
        import scipy.ndimage
        corners = np.ones((3, 3), int)
        rows.append(("scipy.ndimage.label (labels only)",
                     timed(lambda: [scipy.ndimage.label(m, corners) for m in masks], max(1, repeats // 2))))
    except ImportError:
        print("SciPy is not installed", file=sys.stderr)
    try:
        import skimage.measure
        rows.append(("scikit-image label (labels only)",
                     timed(lambda: [skimage.measure.label(m, connectivity=2) for m in masks], max(1, repeats // 2))))
    except ImportError:
        print("scikit-image is not installed", file=sys.stderr)
    return rows


def bench(binary, path, size, repeats, with_peers):
    threshold = 0.5 if size in NOISE else 235.0
    scenes = np.load(path)
    variants = [("min. 150 cells", [])]
    if size in NOISE:
        variants.append(("every component", ["--min-cells", 1]))
    base = numpy_pass(scenes, threshold, repeats)
    found = {}
    for name, extra in variants:
        extra = extra + (["--periodic"] if size == "L" else [])
        for threads in (1, 2):
            found[name, threads] = ours(binary, path, threshold, threads, repeats, extra)
            # The machine may change its mind: numpy is asked again after each of ours.
            base += numpy_pass(scenes, threshold, repeats)
    base = statistics.median(base)
    first = found[variants[0][0], 1]
    shape = "×".join(map(str, scenes.shape))
    print(f"\n### {size}: {shape}, {first['detected']:,} components found, {first['components']:,} kept, "
          f"{first['runs']:,} runs kept, {first['tracks']:,} tracks\n")
    print("| | ms | of the pass |\n|---|---|---|")
    print(f"| numpy `less(out=)`, one pass, 1 thread | {base:.1f} | 1.00 |")
    for (name, threads), r in found.items():
        print(f"| **Eventscape, scenes to tracks, {name}, {threads} thread{'s' * (threads > 1)}** "
              f"| {r['median_ms']:.1f} (best {r['best_ms']:.1f}, linking {r['link_ms']:.1f}) "
              f"| **{r['median_ms'] / base:.2f}** |")
    if with_peers:
        for name, times in peers(scenes, threshold, min(repeats, 3)):
            middle = statistics.median(times)
            print(f"| {name}, 1 thread | {middle:.1f} | {middle / base:.2f} |")
    extra_mb = first["peak_mb"] - 2 * scenes.nbytes / 1e6
    print(f"\nPeak memory of Eventscape: {first['peak_mb']:.0f} MB, of which the file and the scenes made from it take "
          f"{2 * scenes.nbytes / 1e6:.0f} MB (the rest: {max(extra_mb, 0):.0f} MB).")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="S,M,L,noise,noise-L")
    parser.add_argument("--data", type=pathlib.Path, help="folder for the scenes; a temporary one if not given")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "target/release/examples/bench_tracking")
    args = parser.parse_args()
    if not args.binary.exists():
        sys.exit(f"{args.binary} is not there; build it: "
                 "cargo build --release --workspace --examples")
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.data or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for size in args.sizes.split(","):
            bench(args.binary, scenes_file(folder, size), size, args.repeats, not args.no_peers)


if __name__ == "__main__":
    main()
