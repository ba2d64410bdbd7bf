#!/usr/bin/env python3
"""What curation reads by its plan, against a read for each event, time and step as the reference does it. Nothing is timed.

    cargo build --release --workspace --bins
    .venv/bin/python benches/planner.py [--data FOLDER]

Events: cold clouds of the scenes of `gen_scenes.py`, sizes S and M, and the warm and cold months of OSTIA's tropical Pacific.
Other data: the events' own granules, and an hourly field of 0.5° by 0.625° like MERRA-2's, a day a file. The table is Markdown,
on standard output.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

import netCDF4
import numpy as np
from job import HERE, RELEASE, granules

OSTIA = HERE.parent / "fixtures/ostia/ostia_monthly.nc"


def hourly(folder):
    """Two days of an hourly field over the scenes, chunked as MERRA-2's files are: a step and a half of the globe's rows."""
    lat, lon = np.arange(-60, 60.1, 0.5), np.arange(-180, 180, 0.625)
    for day in (12, 13):
        with netCDF4.Dataset(folder / f"like_merra2_201508{day}.nc4", "w") as d:
            for dimension, n in (("time", 24), ("lat", lat.size), ("lon", lon.size)):
                d.createDimension(dimension, n)
            time = d.createVariable("time", "i4", "time")
            time.units = f"minutes since 2015-08-{day} 00:30:00"
            time[:] = 60 * np.arange(24)
            for axis, values, units in (("lat", lat, "degrees_north"), ("lon", lon, "degrees_east")):
                v = d.createVariable(axis, "f8", axis)
                v.units = units
                v[:] = values
            v = d.createVariable("T2M", "f4", ("time", "lat", "lon"), zlib=True, complevel=1, chunksizes=(1, 91, 144))
            v.units = "K"
            v[:] = np.random.default_rng(day).normal(280, 10, (24, lat.size, lon.size)).round(2)
    return folder


def run(*words):
    out = subprocess.run([RELEASE / "eventscape", *map(str, words)], check=True, capture_output=True, text=True)
    return json.loads(out.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=pathlib.Path)
    data = parser.parse_args().data or pathlib.Path(tempfile.mkdtemp())
    data.mkdir(exist_ok=True)
    like_merra2 = hourly(pathlib.Path(tempfile.mkdtemp()))
    print("| events | other data | events × times | | reads | chunks | MB | requests |")
    print("|---|---|---|---|---|---|---|---|")
    cases = [
        (f"size {size}", granules(data, size, size, None), "Tb", ["--operator=lessThan", "--value=235"],
         [("their own granules", None, "Tb"), ("0.5° × 0.625°, hourly", like_merra2, "T2M")])
        for size in ("S", "M")
    ]
    months = ["--operator=climatologyBeyond", "--value=1.2,window=31", "--bbox=120,-5,-80,5", "--min-size=60"]
    cases.append(("OSTIA, monthly", OSTIA, "surface_temperature", months, [("themselves", None, "surface_temperature")]))
    for name, place, variable, condition, others in cases:
        out = tempfile.mkdtemp()
        source = ["--input", place]
        run("phdef", "--json", "--quiet", "--no-plots", "--products=mask-output", f"--variable={variable}", *condition, "--out", out, *source)
        for what, other, wanted in others:
            told = run("curate", "--dry-run", "--json", "--quiet", "--phdef", f"{out}/1", f"--variable={wanted}", "--out", out, "--input", other or place)
            plan, one = told["planned"], told["one_by_one"]
            for way, counts in (("planned", plan), ("one by one", one)):
                cells = [name, what, told["events"]] if way == "planned" else ["", "", ""]
                print("|", " | ".join(map(str, cells + [way, counts["reads"], counts["chunks"], f"{counts['bytes'] / 1e6:.1f}", counts["requests"]])), "|")
            ratios = [f"**{one[key] / plan[key]:.1f} ×**" for key in ("reads", "chunks", "bytes", "requests")]
            print("| | | | less |", " | ".join(ratios), "|")


if __name__ == "__main__":
    main()
