#!/usr/bin/env python3
"""Reads files back with the libraries that people use, and holds them against what they must hold.

    python scripts/read_back.py FOLDER

Beside each file in FOLDER and below lies `<file>.expected.json`, which says what must be read from it; the numbers are in
`<file>.expected.bin`, and `{"type": "f8", "at": 16, "bytes": 80}` is a part of that: ten little-endian float64 from byte 16 on
(types by numpy's names). Every group, dimension, variable and attribute is compared, every value by its bits:

- netCDF: with netCDF4-python (netCDF-C) and with h5py, which also looks at the dimension scales;
- Parquet: with pyarrow and DuckDB, outlines with shapely against the union of their cells;
- GeoJSON: with json and shapely; JSON, CSV: with the standard library; PNG, GIF: with Pillow.

Prints how many files were read. Exits with 1 at the first difference and says file, place and both values.
"""

import collections
import concurrent.futures
import concurrent.futures.process
import csv
import functools
import json
import math
import multiprocessing
import os
import pathlib
import sys

import duckdb
import h5py
import netCDF4
import numpy as np
import PIL.Image
import pyarrow
import pyarrow.parquet
import shapely
import shapely.geometry

# Attributes by which netCDF-4 ties dimensions and variables together.
INTERNAL = {"CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates", "_NCProperties"}
# Corners are rounded to 1e-7 degrees.
ROUNDING = 2e-7


class Difference(Exception):
    """What is read is not what was written."""


def demand_equal(where, got, want):
    if got != want:
        raise Difference(f"{where}: {got!r} is read for {want!r}")


class Sidecar:
    """What must be read from a file."""

    def __init__(self, path):
        self.file = pathlib.Path(str(path).removesuffix(".expected.json"))
        self.expected = json.loads(path.read_text())
        self.bytes = np.fromfile(str(self.file) + ".expected.bin", dtype=np.uint8)

    def numbers(self, what):
        kind = what["type"]
        kind = kind if kind == "S1" else "<" + kind
        return self.bytes[what["at"] : what["at"] + what["bytes"]].view(kind)


def same_values(where, got, want):
    """Type, shape and bits are the same."""
    got = np.asarray(got)
    demand_equal(f"{where}: the type", got.dtype.str, want.dtype.str)
    demand_equal(f"{where}: the shape", got.shape, want.shape)
    if got.tobytes() == want.tobytes():
        return
    bits = f"V{got.dtype.itemsize}"
    flat = [np.ascontiguousarray(values).reshape(-1).view(bits) for values in (got, want)]
    at = int(np.flatnonzero(flat[0] != flat[1])[0])
    index = [int(i) for i in np.unravel_index(at, got.shape)] if got.shape else []
    values = [values.reshape(-1)[at] for values in (got, want)]
    count = int(np.count_nonzero(flat[0] != flat[1]))
    raise Difference(f"{where}, index {index}: {values[0]!r} is read for {values[1]!r} ({count} of {got.size} differ)")


# netCDF ------------------------------------------------------------------------------------------------------------------


def same_attributes(where, side, names, get, expected):
    demand_equal(f"{where}: the attributes", sorted(names), sorted(expected))
    for name, value in expected.items():
        got = get(name)
        if value["type"] == "text":
            demand_equal(f"{where}, attribute {name}", got, value["text"])
        else:
            same_values(f"{where}, attribute {name}", np.atleast_1d(np.asarray(got)), side.numbers(value))


def of_parent(groups):
    """The names of the groups in each group."""
    children = collections.defaultdict(list)
    for group in groups:
        if group["path"]:
            parent, _, name = group["path"].rpartition("/")
            children[parent].append(name)
    return children


def with_netcdf_c(side):
    groups = side.expected["groups"]
    children = of_parent(groups)
    with netCDF4.Dataset(side.file) as dataset:
        dataset.set_auto_maskandscale(False)
        dataset.set_auto_chartostring(False)
        for expected in groups:
            group = dataset[expected["path"]] if expected["path"] else dataset
            where = f"netCDF-C, /{expected['path']}"
            demand_equal(f"{where}: the groups", sorted(group.groups), sorted(children[expected["path"]]))
            # netCDF has no dimension of size 0 but those that may grow
            dims = {name: (len(dim), dim.isunlimited()) for name, dim in group.dimensions.items()}
            demand_equal(f"{where}: the dimensions", dims, {n: (size, size == 0) for n, size in expected["dimensions"]})
            same_attributes(where, side, group.ncattrs(), group.getncattr, expected["attributes"])
            wanted = [variable["name"] for variable in expected["variables"]]
            demand_equal(f"{where}: the variables", sorted(group.variables), sorted(wanted))
            for want in expected["variables"]:
                variable = group.variables[want["name"]]
                name = f"{where}, variable {want['name']}"
                demand_equal(f"{name}: the dimensions", list(variable.dimensions), want["dims"])
                same_attributes(name, side, variable.ncattrs(), variable.getncattr, want["attributes"])
                same_values(name, variable[...], side.numbers(want["values"]).reshape(want["shape"]))


def h5py_text(value):
    if isinstance(value, h5py.Empty):
        return ""
    return value.decode() if isinstance(value, bytes) else value


def h5py_attributes(where, side, item, expected):
    def get(name):
        value = item.attrs[name]
        return h5py_text(value) if isinstance(value, (bytes, str, h5py.Empty)) else value

    same_attributes(where, side, set(item.attrs) - INTERNAL, get, expected)


def with_h5py(side):
    groups = side.expected["groups"]
    children = of_parent(groups)
    with h5py.File(side.file) as file:
        for expected in groups:
            group = file["/" + expected["path"]]
            where = f"h5py, /{expected['path']}"
            names = {variable["name"] for variable in expected["variables"]} | {name for name, _ in expected["dimensions"]}
            demand_equal(f"{where}: the members", sorted(group), sorted(names | set(children[expected["path"]])))
            h5py_attributes(where, side, group, expected["attributes"])
            users = collections.defaultdict(set)
            scales = {name: group[name] for name, _ in expected["dimensions"]}
            addresses = {name: address(scale) for name, scale in scales.items()}
            for want in expected["variables"]:
                h5py_variable(where, side, group[want["name"]], want, addresses, users)
            for name, size in expected["dimensions"]:
                scale = scales[name]
                demand_equal(f"{where}: {name} is a scale", scale.is_scale, True)
                demand_equal(f"{where}: the size of {name}", scale.shape[0], size)
                demand_equal(f"{where}: {name} may grow", scale.maxshape[0] is None, size == 0)
                listed = {(address(file[ref]), int(axis)) for ref, axis in scale.attrs.get("REFERENCE_LIST", ())}
                demand_equal(f"{where}: the variables that {name} lists", listed, users[name])


def address(item):
    """Tells objects apart; a search for the name of one goes through the whole file."""
    return h5py.h5o.get_info(item.id).addr


def h5py_variable(where, side, variable, want, addresses, users):
    where = f"{where}, variable {want['name']}"
    h5py_attributes(where, side, variable, want["attributes"])
    same_values(where, variable[()], side.numbers(want["values"]).reshape(want["shape"]))
    if "_FillValue" in want["attributes"]:
        fill = side.numbers(want["attributes"]["_FillValue"])
        same_values(f"{where}: the fill value", np.array([variable.fillvalue], dtype=variable.dtype), fill)
    if variable.is_scale:
        return
    for axis, dim in enumerate(want["dims"]):
        scales = [address(scale) for scale in variable.dims[axis].values()]
        demand_equal(f"{where}: the scale of axis {axis} is {dim}", scales, [addresses[dim]])
        users[dim].add((address(variable), axis))


def check_netcdf(side):
    with_netcdf_c(side)
    with_h5py(side)


# outlines ----------------------------------------------------------------------------------------------------------------


def pieces(quads):
    """Cells as polygons within -180..180: what lies across is cut and turned back. `quads` has shape (cells, 4, 2)."""
    west = quads[:, :, 0].min(axis=1)
    turned = quads.copy()
    turned[:, :, 0] -= 360.0 * np.floor((west + 180.0) / 360.0)[:, None]
    # by rounding a cell that begins at 180 may begin just below
    almost = turned[:, :, 0].min(axis=1) > 180.0 - ROUNDING
    turned[almost, :, 0] -= 360.0
    cells = shapely.polygons(turned)
    across = turned[:, :, 0].max(axis=1) > 180.0
    inside = list(cells[~across])
    for cell in cells[across]:
        inside.append(shapely.intersection(cell, shapely.box(-180, -90, 180, 90)))
        beyond = shapely.intersection(cell, shapely.box(180, -90, 540, 90))
        inside.append(shapely.transform(beyond, lambda points: points - [360.0, 0.0]))
    return inside


def same_outline(where, shape, corners):
    """A polygon is the union of cells."""
    union = shapely.union_all(pieces(corners.reshape(-1, 4, 2)))
    demand_equal(f"{where}: is valid", (shape.is_valid, shapely.is_valid_reason(shape)), (True, "Valid Geometry"))
    apart = shapely.symmetric_difference(shape, union).area
    room = ROUNDING * (shape.length + union.length) + 1e-12
    if apart > room:
        raise Difference(f"{where}: {apart} square degrees are apart from the cells; area {shape.area} for {union.area}")


# tables ------------------------------------------------------------------------------------------------------------------


def same_column(where, side, column, want, read):
    """A column of pyarrow against what it must hold. `read` gives another column of the same table."""
    values = want["values"]
    kind = values["type"]
    if kind == "text":
        got = column.to_pylist()
        demand_equal(f"{where}: the rows", len(got), len(values["texts"]))
        for row, pair in enumerate(zip(got, values["texts"])):
            demand_equal(f"{where}, row {row}", *pair)
    elif kind == "flags":
        same_values(where, np.array(column.to_pylist(), dtype=np.uint8), side.numbers(values["of"]))
    elif kind == "outlines":
        counts, corners = side.numbers(values["cells"]), side.numbers(values["corners"])
        demand_equal(f"{where}: the rows", len(column), len(counts))
        start = 0
        for row, (wkb, count) in enumerate(zip(column.to_pylist(), counts)):
            same_outline(f"{where}, row {row}", shapely.from_wkb(wkb), corners[start : start + 8 * count])
            start += 8 * count
    elif kind == "boxes":
        for row, (box, wkb) in enumerate(zip(column.to_pylist(), read(values["of"]).to_pylist())):
            bounds = shapely.from_wkb(wkb).bounds
            demand_equal(f"{where}, row {row}", tuple(box[k] for k in ("xmin", "ymin", "xmax", "ymax")), bounds)
    else:
        wanted = side.numbers(values)
        there = side.numbers(want["there"]).astype(bool) if "there" in want else np.ones(len(wanted), bool)
        if pyarrow.types.is_timestamp(column.type):
            demand_equal(f"{where}: the type", (column.type.unit, column.type.tz), ("us", "UTC"))
            column = column.cast(pyarrow.int64())
        got_there = np.asarray(column.is_valid())
        same_values(f"{where}: what is there", got_there, there)
        zero = pyarrow.scalar(0, column.type)
        same_values(where, column.fill_null(zero).to_numpy(zero_copy_only=False), wanted)


def check_parquet(side):
    table = pyarrow.parquet.read_table(side.file)
    wanted = side.expected["columns"]
    demand_equal("pyarrow: the columns", table.column_names, [column["name"] for column in wanted])
    found = pyarrow.parquet.read_metadata(side.file).metadata
    metadata = {key.decode(): value.decode() for key, value in found.items()}
    for key, value in side.expected["metadata"].items():
        demand_equal(f"pyarrow: the metadata {key}", metadata.get(key), value)
    whole = lambda table, name: table.column(name).combine_chunks()
    for column in wanted:
        name = column["name"]
        same_column(f"pyarrow, column {name}", side, whole(table, name), column, functools.partial(whole, table))
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("set timezone = 'UTC'")
    other = connection.sql("select * from read_parquet($1)", params=[str(side.file)]).to_arrow_table()
    demand_equal("DuckDB: the columns", other.column_names, table.column_names)
    for column in wanted:
        name = column["name"]
        got = whole(other, name)
        if column["values"]["type"] in ("outlines", "boxes"):
            # pyarrow's were held against the cells
            same = got.cast(whole(table, name).type).equals(whole(table, name))
            demand_equal(f"DuckDB, column {name}: as pyarrow reads it", same, True)
        else:
            same_column(f"DuckDB, column {name}", side, got, column, functools.partial(whole, other))


def check_csv(side):
    rows = list(csv.DictReader(side.file.open(newline="", encoding="utf-8")))
    demand_equal("the rows", len(rows), len(side.expected["rows"]))
    statistics = ["min", "max", "mean", "std_dev", "p10", "p25", "p50", "p75", "p90"]
    for number, (row, want) in enumerate(zip(rows, side.expected["rows"])):
        where = f"row {number}"
        for key in ("track_id", "cells", "valid", "missing"):
            demand_equal(f"{where}, {key}", int(row[key]), want[key])
        for key in ("time", "variable", "units", "method", "in_time"):
            demand_equal(f"{where}, {key}", row[key], want[key])
        for key in ("area_km2", "valid_area_km2"):
            if not math.isclose(float(row[key]), want[key], rel_tol=1e-12, abs_tol=0.000501):
                raise Difference(f"{where}, {key}: {row[key]} is read for {want[key]}")
        for k, key in enumerate(statistics):
            value = want["statistics"] and want["statistics"][k]
            demand_equal(f"{where}, {key}", float(row[key]) if row[key] else None, value)


# texts and pictures ------------------------------------------------------------------------------------------------------


def check_geojson(side):
    document = json.loads(side.file.read_text(encoding="utf-8"))
    demand_equal("the type", document["type"], "FeatureCollection")
    wanted = side.expected["features"]
    demand_equal("the features", [f["id"] for f in document["features"]], [f["id"] for f in wanted])
    for feature, want in zip(document["features"], wanted):
        where = f"feature {want['id']}"
        for key in sorted(set(feature["properties"]) | set(want["properties"])):
            demand_equal(f"{where}, {key}", feature["properties"].get(key), want["properties"].get(key))
        shape = shapely.geometry.shape(feature["geometry"])
        same_outline(where, shape, side.numbers(want["corners"]))
        west, south, east, north = feature["bbox"]
        bounds = shape.bounds
        demand_equal(f"{where}, bbox", (south, north), (bounds[1], bounds[3]))
        if west <= east:
            demand_equal(f"{where}, bbox", (west, east), (bounds[0], bounds[2]))
        else:
            room = shapely.union(shapely.box(west, -90, 180, 90), shapely.box(-180, -90, east, 90))
            demand_equal(f"{where}, bbox: covers the outline", shape.difference(room).area, 0.0)


def check_json(side):
    demand_equal("the document", json.loads(side.file.read_text(encoding="utf-8")), side.expected["document"])


def demand_not_blank(where, pixels):
    colours = pixels.astype(np.uint32) @ np.array([1, 256, 65536], dtype=np.uint32)
    demand_equal(f"{where} is not blank", len(np.unique(colours)) > 3, True)


def check_png(side):
    with PIL.Image.open(side.file) as picture:
        demand_equal("the size", picture.size, (side.expected["width"], side.expected["height"]))
        pixels = np.asarray(picture.convert("RGB"))
    same_values("the pixels", pixels, side.numbers(side.expected["pixels"]).reshape(pixels.shape))
    demand_not_blank("it", pixels)


def check_gif(side):
    with PIL.Image.open(side.file) as picture:
        demand_equal("the size", picture.size, (side.expected["width"], side.expected["height"]))
        demand_equal("the frames", picture.n_frames, side.expected["frames"])
        for frame in range(picture.n_frames):
            picture.seek(frame)
            demand_not_blank(f"frame {frame}", np.asarray(picture.convert("RGB")))


CHECKS = {
    "netcdf": check_netcdf,
    "parquet": check_parquet,
    "csv": check_csv,
    "geojson": check_geojson,
    "json": check_json,
    "png": check_png,
    "gif": check_gif,
}


def check(path):
    """The format of a file, and what differs or nothing."""
    side = Sidecar(path)
    kind = side.expected["format"]
    try:
        CHECKS[kind](side)
    except Difference as difference:
        return kind, f"{side.file}: {difference}"
    except Exception as error:  # a reader that gives up has found damage too
        return kind, f"{side.file}: {type(error).__name__}: {error}"
    return kind, None


def main(folder):
    sidecars = sorted(pathlib.Path(folder).rglob("*.expected.json"))
    if not sidecars:
        sys.exit(f"read_back: there is nothing to read in {folder}")
    counts = collections.Counter()
    # a copy of this process would have the locks of the libraries' threads, without the threads
    context = multiprocessing.get_context("spawn")
    # large files first, so that no process ends long after the others
    sidecars.sort(key=lambda path: -os.path.getsize(str(path).removesuffix(".json") + ".bin"))
    with concurrent.futures.ProcessPoolExecutor(max_workers=os.cpu_count(), mp_context=context) as pool:
        running = {pool.submit(check, path): path for path in sidecars}
        for future in concurrent.futures.as_completed(running):
            try:
                kind, fault = future.result()
            except concurrent.futures.process.BrokenProcessPool:
                fault = f"a reader died; {running[future]} or a file beside it is damaged"
            if fault:
                pool.shutdown(cancel_futures=True)
                print(f"read_back: {fault}")
                sys.exit(1)
            counts[kind] += 1
    print(", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) + " read back")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
