"""Opens the products of the demo with netCDF4-python, xarray, GeoPandas, DuckDB and shapely, and compares them.

usage: check_demo.py FOLDER
"""
import hashlib
import json
import sys
from pathlib import Path

import duckdb
import geopandas
import netCDF4
import numpy as np
import PIL.Image
import shapely.geometry
import xarray


def main(folder: Path) -> None:
    manifest = json.loads((folder / "1-Manifest.json").read_text())
    assert manifest["stac_version"] == "1.1.0"
    for name, asset in manifest["assets"].items():
        content = (folder / name).read_bytes()
        assert len(content) == asset["file:size"], name
        assert hashlib.sha256(content).hexdigest() == asset["eventscape:sha256"], name
    tracks = manifest["properties"]["eventscape:counts"]["tracks"]
    assert tracks > 0

    toc = json.loads((folder / "1-ForTraCC-TOC.json").read_text())
    assert len(toc) == tracks

    reference = netCDF4.Dataset(folder / "1-ForTraCC-Mask-Output.nc4")
    assert reference["masks"].num_events == tracks
    masks = xarray.open_dataset(folder / "1-Masks.nc", mask_and_scale=False)
    stamps = list(reference["masks"].groups)
    assert len(stamps) == masks.sizes["time"]
    for index, stamp in enumerate(stamps):
        rows = np.asarray(reference["masks"][stamp]["mask_indices"][:])
        dense = masks.track_id.values[index]
        assert (dense > 0).sum() == len(rows), stamp
        assert (dense[rows[:, 0], rows[:, 1]] == rows[:, 2]).all(), stamp

    table = geopandas.read_parquet(folder / "1-Tracks.parquet")
    assert table.geometry.is_valid.all()
    assert table.track_id.nunique() == tracks
    count = duckdb.sql(f"select count(*) from '{folder}/1-Tracks.parquet'").fetchall()[0][0]
    assert count == len(table)
    links = duckdb.sql(f"select count(*) from '{folder}/1-Lineage.parquet'").fetchall()[0][0]
    assert links == manifest["properties"]["eventscape:counts"]["links"]

    features = 0
    for stamp in stamps:
        collection = json.loads((folder / f"1-{stamp}.json").read_text())
        for feature in collection["features"]:
            assert shapely.geometry.shape(feature["geometry"]).is_valid, stamp
            features += 1
    assert features == len(table)

    with PIL.Image.open(folder / "1-Animation.gif") as film:
        assert film.n_frames == len(stamps)
    for stamp in stamps:
        with PIL.Image.open(folder / f"1-{stamp}.png") as picture:
            assert picture.mode == "RGB" and min(picture.size) > 200, stamp
            assert len(picture.getcolors(1 << 24)) > 100, stamp

    trajectories = xarray.open_dataset(folder / "1-Tracks.nc")
    assert trajectories.attrs["featureType"] == "trajectory"
    assert int(trajectories.row_size.sum()) == len(table)
    print(f"{tracks} tracks, {len(table)} components, {len(manifest['assets'])} files: all products agree")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
