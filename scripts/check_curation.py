"""Opens what the demo's curation made with netCDF4-python, xarray, DuckDB and pandas, and compares it.

usage: check_curation.py FOLDER
"""
import json
import sys
from pathlib import Path

import duckdb
import netCDF4
import numpy as np
import xarray as xr
from check_netcdf import compliance
from PIL import Image

folder = Path(sys.argv[1])
job = folder.name


def named(end):
    found = list(folder.glob(f"{job}*{end}"))
    assert len(found) == 1, (end, found)
    return found[0]


flat = xr.open_dataset(named("-Interpolated.nc"))
variable = next(name for name in flat.data_vars if "long_name" in flat[name].attrs and flat[name].dtype == "f8" and name not in ("lat", "lon", "mask_lat", "mask_lon"))
stationary = xr.open_dataset(named("-Stationary.nc"))
assert stationary[variable].dims == ("time", "lat", "lon")
points = stationary[variable].sel(time=flat.time, lat=flat.lat, lon=flat.lon, method="nearest")
assert np.allclose(points, flat[variable], atol=1e-3, equal_nan=True), "the whole domain differs inside the events"

table = duckdb.sql(f"select * from '{named('-Curated.parquet')}' where kind = 'interpolated' order by mask_time, track_id").df()
assert len(table) == flat.sizes["obs"], (len(table), flat.sizes)
assert np.isclose(np.nanmean(table.value), float(flat[variable].mean()))

statistics = duckdb.sql(f"select * from '{named('-Statistics.csv')}'").df()
assert statistics.cells.sum() == flat.sizes["obs"]
curated = netCDF4.Dataset(named("-Curated-Data.nc4"))
interpolated = netCDF4.Dataset(named("-Interpolated-Data.nc4"))
hierarchy = json.loads(named("-Curation-Hierarchy.json").read_text())
assert hierarchy.pop("navigation") == ["lat", "lon"]
assert set(hierarchy) == set(curated.groups) - {"navigation"}
compared = 0
for name, group in curated.groups.items():
    if name == "navigation":
        continue
    assert set(hierarchy[name]) == set(group.groups)
    for event, own in group.groups.items():
        rows = own[variable][1]
        inside = interpolated[group.MaskTime][event][variable]
        values = np.ma.masked_equal(inside[:, 2], -9999)
        known = {(round(float(lat), 3), round(float(lon) % 360, 3)): value for lat, lon, value in rows}
        for lat, lon, value in inside[:].filled(np.nan) if np.ma.isMaskedArray(inside[:]) else inside[:]:
            assert abs(known[round(lat, 3), round(lon % 360, 3)] - value) < 1e-4
        weights = np.cos(np.deg2rad(inside[:, 0]))
        mean = np.ma.average(values, weights=weights)
        assert abs(mean - float(inside.Mean)) < 2e-3, (mean, inside.Mean)
        row = statistics[(statistics.track_id == int(event)) & (statistics.cells == len(inside))]
        assert any(abs(row["mean"] - mean) < 1e-3)
        compared += 1
assert compared == len(statistics)
manifest = json.loads(named("-Manifest.json").read_text())
assert manifest["type"] == "Feature"
assert set(manifest["assets"]) | {next(folder.glob("*-Manifest.json")).name} == {path.name for path in folder.glob("[!.]*")}
charts = list(folder.glob("*-Series-*.png"))
assert charts and all(Image.open(chart).size[0] > 500 for chart in charts)
for end in ("-Interpolated.nc", "-Stationary.nc"):
    compliance(named(end))
print(f"{compared} events at their times are the same in every product")
