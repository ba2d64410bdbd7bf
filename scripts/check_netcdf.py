"""Opens the netCDF products of a job with the libraries that people use, and checks that they agree.

    python scripts/check_netcdf.py JOB_FOLDER ...

For each `<job>-ForTraCC-Mask-Output.nc4`, `<job>-Masks.nc` and `<job>-Tracks.nc` in the folders: netCDF4-python, xarray (with
netCDF4 and with h5netcdf) and h5py read the same values; the cells of the masks are those of the mask file; the tracks count
the cells of the masks; compliance-checker finds nothing to say of CF-1.11, and how much of ACDD-1.3 is there is printed. Exits with 1 at the first difference.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

import h5py
import netCDF4
import numpy as np
import xarray as xr

ENGINES = ("netcdf4", "h5netcdf")


def demand(condition, message):
    if not condition:
        sys.exit(f"check_netcdf: {message}")


def open_with_all(path):
    """Every variable of the root group, as stored, with four readers: all the same."""
    with netCDF4.Dataset(path) as dataset:
        dataset.set_auto_maskandscale(False)
        plain = {name: variable[...] for name, variable in dataset.variables.items()}
    with h5py.File(path) as file:
        for name, values in plain.items():
            demand(np.array_equal(file[name][...], values, equal_nan=values.dtype.kind == "f"), f"{path}: h5py reads another {name}")
            for axis, dim in enumerate(file[name].dims):
                demand(len(dim) == 1 or file[name].is_scale, f"{path}: dimension {axis} of {name} has no scale")
    for engine in ENGINES:
        with xr.open_dataset(path, engine=engine, mask_and_scale=False, decode_times=False) as dataset:
            demand(set(dataset.variables) == set(plain), f"{path}: {engine} sees other variables")
            for name, values in plain.items():
                same = np.array_equal(dataset[name].values, values, equal_nan=values.dtype.kind == "f")
                demand(same, f"{path}: {engine} reads another {name}")
        with xr.open_dataset(path, engine=engine) as dataset:
            if dataset.sizes.get("time") or dataset.sizes.get("obs"):
                demand(dataset["time"].dtype.kind in "MO", f"{path}: {engine} does not decode the times")
    return plain


def mask_output(path):
    """Cells by time stamp: rows, columns, ids, values."""
    cells = {}
    with netCDF4.Dataset(path) as dataset, h5py.File(path) as file:
        for name in ("event_type", "latitude_bounds", "longitude_bounds", "start_date", "end_date", "format", "job_id",
                     "variable", "dataset", "threshold"):
            demand(name in dataset.ncattrs(), f"{path}: no attribute {name}")
        demand(dataset["navigation/lat"].dtype == np.float32, f"{path}: lat is not float32")
        for stamp, group in dataset["masks"].groups.items():
            group.set_auto_maskandscale(False)
            indices, values = group["mask_indices"][:], group["data_values"][:]
            demand(group["mask_indices"].dimensions == ("num_pixels", "num_cols"), f"{path}: dimensions of {stamp}")
            demand(indices.dtype == np.int32 and values.dtype == np.float32, f"{path}: types of {stamp}")
            demand(np.array_equal(file[f"masks/{stamp}/mask_indices"][...], indices), f"{path}: h5py, {stamp}")
            order = np.lexsort((indices[:, 1], indices[:, 0], indices[:, 2]))
            demand(np.array_equal(order, np.arange(len(order))), f"{path}: {stamp} is not by id, then row-major")
            cells[stamp] = indices, values
        ids = {int(i) for indices, _ in cells.values() for i in np.unique(indices[:, 2])}
        demand(not ids or max(ids) <= dataset["masks"].num_events, f"{path}: ids above num_events")
    for engine in ENGINES:
        with xr.open_dataset(path, engine=engine, group="navigation") as dataset:
            demand(dataset["lat"].size and dataset["lon"].size, f"{path}: {engine} sees no navigation")
        for stamp in list(cells)[:3]:
            with xr.open_dataset(path, engine=engine, group=f"masks/{stamp}") as dataset:
                demand(np.array_equal(dataset["mask_indices"].values, cells[stamp][0]), f"{path}: {engine}, {stamp}")
    return cells


def compliance(path):
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.json"
        checker = pathlib.Path(sys.executable).with_name("compliance-checker")
        command = [checker, "--test", "cf:1.11", "--test", "acdd:1.3", "--format", "json", "--output", report, path]
        run = subprocess.run([str(word) for word in command], check=False, capture_output=True, text=True)
        demand(report.exists(), f"{path}: compliance-checker wrote no report: {run.stderr}")
        found = json.loads(report.read_text())
    for name, result in found.items():
        # ACDD also asks for people and institutions, whom only the user knows: told, not demanded
        for priority in ("high_priorities", "medium_priorities", "low_priorities") if name.startswith("cf") else ():
            for test in result[priority]:
                got, of = test["value"]
                if got < of or test["msgs"]:
                    sys.exit(f"check_netcdf: {path}: {name}, {priority}: {test['name']} {got}/{of}: {test['msgs']}")
        print(f"{path.name}: {name} {result['scored_points']}/{result['possible_points']}")


def check(folder):
    seen = 0
    cells, ids, counts = None, None, None
    for path in sorted(folder.glob("*-ForTraCC-Mask-Output.nc4")):
        cells = mask_output(path)
        print(f"{path.name}: {len(cells)} times, {sum(len(i) for i, _ in cells.values())} cells")
        seen += 1
    for path in sorted(folder.glob("*-Masks.nc")):
        plain = open_with_all(path)
        ids, flags = plain["track_id"], plain["event_flag"]
        demand(np.array_equal(ids > 0, flags == 1), f"{path}: event_flag and track_id differ")
        demand(np.array_equal(ids < 0, flags >= 2), f"{path}: missing cells of event_flag and track_id differ")
        if cells is not None:
            demand(len(cells) == len(ids), f"{path}: other times than the mask file")
            for scene, (indices, _) in zip(ids, cells.values()):
                image = np.zeros_like(scene)
                image[indices[:, 0], indices[:, 1]] = indices[:, 2]
                demand(np.array_equal(np.maximum(scene, 0), image), f"{path}: other cells than the mask file")
        counts = [np.bincount(scene[scene > 0], minlength=1) for scene in ids]
        compliance(path)
        seen += 1
    for path in sorted(folder.glob("*-Tracks.nc")):
        plain = open_with_all(path)
        event = np.repeat(plain["track_id"], plain["row_size"])
        demand(len(event) == len(plain["scene"]), f"{path}: the row sizes do not add up to the observations")
        demand(bool(np.all(np.diff(event) >= 0)), f"{path}: events are not in order")
        if counts is not None:
            total = [np.zeros_like(c) for c in counts]
            for number, scene, n in zip(event, plain["scene"], plain["cells"]):
                total[scene][number] += n
            demand(all(np.array_equal(a, b) for a, b in zip(total, counts)), f"{path}: other cells than the masks")
        compliance(path)
        seen += 1
    demand(seen, f"{folder} holds no netCDF product")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    demand(len(sys.argv) > 1, "give the folder of a job")
    for argument in sys.argv[1:]:
        check(pathlib.Path(argument))
    print("the netCDF products are as they should be")
