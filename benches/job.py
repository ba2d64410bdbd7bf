#!/usr/bin/env python3
"""The whole job, from compressed netCDF-4 granules to every product, against the time to inflate the granules' chunks.

    cargo build --release --workspace --bins --examples
    .venv/bin/python benches/job.py [--sizes S,M] [--data FOLDER] [--repeats N]

Granules of two scenes each are made from the scenes of `gen_scenes.py` (zlib 2 with shuffle, chunks of 1 × 512 × 512), in
FOLDER if one is named. Times are wall times of the process, its start included, with a warm page cache and two
threads; the inflate limit is taken by `bench_reading` on the same granules in between. Then the job of size S at one and
ten times its length: time and peak memory. Only the ratios of one run count. The tables are Markdown, on standard output.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import netCDF4
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
RELEASE = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent / "target")) / "release"
TABLES = "mask-output,toc,hierarchy,masks,tracks,table,lineage,geojson"
STEP = 0.036378


def granules(folder, name, size, steps):
    """The granules of a size, made once."""
    place = folder / name
    if place.exists():
        return place
    array = folder / f"{name}.npy"
    command = [sys.executable, HERE / "gen_scenes.py", "--size", size, "--out", array]
    subprocess.run([str(word) for word in command + (["--steps", steps] if steps else [])], check=True, stdout=sys.stderr)
    scenes = np.load(array, mmap_mode="r")
    new = pathlib.Path(tempfile.mkdtemp(dir=folder))
    for first in range(0, len(scenes), 2):
        part = np.asarray(scenes[first:first + 2])
        with netCDF4.Dataset(new / f"scenes_{first:04}.nc4", "w") as d:
            for dimension, n in zip(("time", "lat", "lon"), part.shape):
                d.createDimension(dimension, n)
            when = d.createVariable("time", "f8", "time")
            when.units, when.standard_name = "minutes since 2015-08-12 00:00:00", "time"
            when[:] = 30.0 * (first + np.arange(len(part)))
            for axis, n, start, units in (("lat", part.shape[1], -20.0, "degrees_north"), ("lon", part.shape[2], -70.0, "degrees_east")):
                v = d.createVariable(axis, "f4", axis)
                v.units = units
                v[:] = start + STEP * np.arange(n)
            chunks = (1, min(512, part.shape[1]), min(512, part.shape[2]))
            v = d.createVariable("Tb", "f4", ("time", "lat", "lon"), zlib=True, complevel=2, chunksizes=chunks, fill_value=-9999)
            v.units, v.standard_name = "K", "brightness_temperature"
            v[:] = np.where(np.isnan(part), -9999, part)
    new.rename(place)
    array.unlink()
    return place


def inflate(place):
    """Milliseconds to inflate all chunks of all granules, with one and two threads."""
    total = [0.0, 0.0]
    for file in sorted(place.glob("*.nc4")):
        out = subprocess.run([RELEASE / "examples/bench_reading", file, "Tb", "1"], check=True, capture_output=True, text=True)
        found = json.loads(out.stdout)
        total = [total[0] + found["inflate_1"], total[1] + found["inflate_2"]]
    return total


def job(place, products, threads=2):
    """Seconds and peak memory (MB) of a run."""
    out = tempfile.mkdtemp()
    command = [RELEASE / "eventscape", "phdef", "--input", place, "--variable", "Tb", "--operator", "lessThan", "--value", "235",
               "--products", products, "--threads", threads, "--out", out, "--quiet"]
    start = time.perf_counter()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    shutil.rmtree(out)
    if process.returncode:
        sys.exit(f"{place}: eventscape ended with {process.returncode}")
    return took, usage.ru_maxrss / 1e3


def compare(place, repeats):
    limits, jobs, drawn = [], [], []
    job(place, TABLES)
    for _ in range(repeats):
        limits.append(inflate(place)[1] / 1e3)
        jobs.append(job(place, TABLES))
        drawn.append(job(place, TABLES + ",maps")[0])
    limit, took = statistics.median(limits), statistics.median(t for t, _ in jobs)
    scenes = 2 * len(list(place.glob("*.nc4")))
    maps = (statistics.median(drawn) - took) / scenes
    size = sum(f.stat().st_size for f in place.glob("*.nc4")) / 1e6
    print(f"| {place.name}: {scenes} scenes, {size:.0f} MB stored | {limit:.2f} | {took:.2f} | **{took / limit:.2f}** | "
          f"{max(m for _, m in jobs):.0f} MB | {1e3 * maps:.0f} ms |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="S,M")
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "eventscape-bench")
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    args.data.mkdir(parents=True, exist_ok=True)
    for program in ("eventscape", "examples/bench_reading"):
        if not (RELEASE / program).exists():
            sys.exit(f"{RELEASE / program} is not there; build it: cargo build --release --workspace --bins --examples")
    print("| job | inflate, 2 threads, s | files to products, s | of the limit | peak memory | a map more, a scene |")
    print("|---|---|---|---|---|---|")
    for size in args.sizes.split(","):
        compare(granules(args.data, size, size, None), args.repeats)
    print("\n| length of S | s | a scene, ms | peak memory |\n|---|---|---|---|")
    for times in (1, 10):
        place = granules(args.data, "S" if times == 1 else f"S{times}", "S", 12 * times)
        runs = [job(place, TABLES) for _ in range(args.repeats)]
        took = statistics.median(t for t, _ in runs)
        print(f"| × {times} | {took:.2f} | {1e3 * took / (12 * times):.1f} | {max(m for _, m in runs):.0f} MB |", flush=True)


if __name__ == "__main__":
    main()
