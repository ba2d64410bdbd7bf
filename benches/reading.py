"""Reading: ours against netCDF4-python, xarray + h5netcdf and the inflate limit, as ratios of one run.

    cargo build --release --workspace --examples
    .venv/bin/python benches/reading.py [--folder FOLDER] [--repeats N]

Makes the files if they are not there (synthetic brightness temperature of the size of one GPM_MERGIR granule, and a
MERRA-2 granule), runs the example `bench_reading` and prints a Markdown table. Times are medians in milliseconds
with a warm page cache; every reader gives float values with missing cells masked.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time
import warnings

import netCDF4
import numpy as np
import xarray as xr

ROOT = pathlib.Path(__file__).resolve().parents[1]
SHAPE = (2, 3298, 9896)


def brightness_temperature():
    r = np.random.default_rng(1)
    small = r.standard_normal((2, SHAPE[1] // 16 + 2, SHAPE[2] // 16 + 2))
    for _ in range(4):
        small = (small + np.roll(small, 1, 1) + np.roll(small, -1, 1) + np.roll(small, 1, 2) + np.roll(small, -1, 2)) / 5
    field = np.kron(small, np.ones((1, 16, 16)))[:, : SHAPE[1], : SHAPE[2]]
    field = np.round(285 + 60 * field + r.standard_normal(SHAPE) * 0.6).astype("f4")
    field[:, :40, :300] = -9999
    return field


def mergir(path, chunks, field):
    with netCDF4.Dataset(path, "w") as d:
        for name, n in zip(("time", "lat", "lon"), SHAPE):
            d.createDimension(name, n)
        v = d.createVariable("Tb", "f4", ("time", "lat", "lon"), zlib=True, complevel=2, chunksizes=chunks, fill_value=-9999)
        v.set_auto_mask(False)
        v[:] = field


def merra(path):
    r = np.random.default_rng(2)
    with netCDF4.Dataset(path, "w") as d:
        for name, n in (("time", 24), ("lat", 361), ("lon", 576)):
            d.createDimension(name, n)
        for k in range(8):
            v = d.createVariable(f"V{k}", "f4", ("time", "lat", "lon"), zlib=True, complevel=2, chunksizes=(1, 91, 144), fill_value=1e15)
            base = r.standard_normal((24, 23, 37)).cumsum(0)
            field = np.kron(base, np.ones((1, 16, 16)))[:, :361, :576] + r.standard_normal((24, 361, 576)) * 0.01
            v[:] = (100 + field).astype("f4")


def packed(path):
    """The packing of MUR: int16 with a float64 scale."""
    r = np.random.default_rng(3)
    with netCDF4.Dataset(path, "w") as d:
        for name, n in (("time", 1), ("lat", 4096), ("lon", 6144)):
            d.createDimension(name, n)
        v = d.createVariable("analysed_sst", "i2", ("time", "lat", "lon"), zlib=True, chunksizes=(1, 1023, 2047), fill_value=-32768)
        v.scale_factor, v.add_offset = 0.001, 298.15
        v.set_auto_maskandscale(False)
        walk = r.integers(-20, 21, (4096, 6144)).cumsum(1) % 20000 - 10000
        v[:] = walk.astype("i2")[None]


def median(f, repeats):
    times = []
    for i in range(repeats + 1):
        start = time.perf_counter()
        f()
        if i:
            times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def python_readers(path, name, slices, repeats):
    def with_netcdf4():
        with netCDF4.Dataset(path) as d:
            return d[name][slices]

    def with_xarray():
        with xr.open_dataset(path, engine="h5netcdf") as d:
            return d[name][slices].values

    warnings.simplefilter("ignore")
    total = float(np.ma.filled(np.ma.asarray(with_netcdf4(), "f8"), 0).sum())
    return median(with_netcdf4, repeats), median(with_xarray, repeats), total


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "eventscape-bench")
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    files = {"a.nc": (1, 256, 512), "b.nc": (1, 1649, 4948)}
    if not all((options.folder / f).exists() for f in (*files, "c.nc", "d.nc")):
        field = brightness_temperature()
        for name, chunks in files.items():
            mergir(options.folder / name, chunks, field)
        merra(options.folder / "c.nc")
        packed(options.folder / "d.nc")
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    program = target / "release" / "examples" / "bench_reading"
    box = (slice(0, 2), slice(1200, 1887), slice(4000, 5099))
    everything = (slice(None),) * 3
    cases = [
        ("261 MB, chunks 256×512, all", "a.nc", "Tb", everything),
        ("… box 2×687×1099", "a.nc", "Tb", box),
        ("261 MB, chunks 1649×4948, all", "b.nc", "Tb", everything),
        ("… box 2×687×1099", "b.nc", "Tb", box),
        ("one MERRA-2 variable, 20 MB", "c.nc", "V3", everything),
        ("… box 24×40×60", "c.nc", "V3", (slice(0, 24), slice(100, 140), slice(200, 260))),
        ("packed int16, 50 MB, all", "d.nc", "analysed_sst", everything),
    ]
    print("| case | netCDF4-python | xarray + h5netcdf | inflate 1 / 2 threads | ours 1 / 2 threads | fresh buffer | open + plan "
          "| limit / ours, 1 / 2 threads | faster than netCDF4-python | stored bytes read |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for title, file, name, slices in cases:
        path = options.folder / file
        nc, xa, total = python_readers(path, name, slices, options.repeats)
        with netCDF4.Dataset(path) as d:
            shape = d[name].shape
        selection = ",".join(f"{s.start or 0}:{s.stop or n}" for s, n in zip(slices, shape))
        out = subprocess.run([program, path, name, str(3 * options.repeats), selection], check=True, capture_output=True, text=True)
        t = json.loads(out.stdout)
        assert abs(t["sum"] - total) <= 1e-6 * max(abs(total), 1), (title, t["sum"], total)
        print(f"| {title} | {nc:.1f} | {xa:.1f} | {t['inflate_1']:.1f} / {t['inflate_2']:.1f} | {t['values_1']:.1f} / {t['values_2']:.1f} "
              f"| {t['fresh_2']:.1f} | {t['open_and_plan']:.2f} | {t['inflate_1'] / t['values_1']:.2f} / {t['inflate_2'] / t['values_2']:.2f} "
              f"| {nc / t['values_2']:.1f}× | {t['stored'] / 1e6:.2f} MB in {t['chunks']} chunks |", flush=True)


if __name__ == "__main__":
    main()
