#!/usr/bin/env python3
"""Opens the tables, polygons and the manifest of a job's folder with the readers that people use, and checks them.

    check_tables.py FOLDER ...

GeoPandas, pyarrow and DuckDB read the Parquet files; shapely (GEOS) says whether each polygon is valid; GeoJSON is checked
by the rules of RFC 7946; the manifest against the JSON schema of STAC 1.1 (where pystac, which brings it, is installed;
else by its rules), and against the files' sizes and checksums. Prints what it found; exits with 1 on the first fault.
"""

import hashlib
import json
import math
import sys
from pathlib import Path

import duckdb
import geopandas
import jsonschema
import pyarrow.parquet
import referencing
import shapely
import shapely.geometry


def fail(message):
    sys.exit(f"FAULT: {message}")


def demand(condition, message):
    if not condition:
        fail(message)


def check_rings(geometry, where):
    """RFC 7946, section 3.1.6: closed rings, the right-hand rule, longitudes within -180..180."""
    polygons = {"Polygon": lambda c: [c], "MultiPolygon": lambda c: c}[geometry["type"]](geometry["coordinates"])
    demand(polygons, f"{where}: no polygon")
    for polygon in polygons:
        for index, ring in enumerate(polygon):
            demand(len(ring) >= 4 and ring[0] == ring[-1], f"{where}: ring {index} is not closed")
            demand(all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in ring), f"{where}: outside -180..180")
            counter_clockwise = shapely.geometry.LinearRing(ring).is_ccw
            demand(counter_clockwise == (index == 0), f"{where}: ring {index} goes the wrong way round")


def check_shape(shape, where):
    demand(shape.is_valid, f"{where}: {shapely.is_valid_reason(shape)}")
    demand(not shape.is_empty and shape.area > 0, f"{where}: empty")


def check_geojson(path):
    collection = json.loads(path.read_text())
    demand(collection["type"] == "FeatureCollection", f"{path}: not a FeatureCollection")
    demand("crs" not in collection, f"{path}: RFC 7946 has no crs")
    ids = set()
    for feature in collection["features"]:
        where = f"{path.name}, feature {feature.get('id')}"
        demand(feature["type"] == "Feature", f"{where}: not a Feature")
        demand(feature["id"] not in ids, f"{where}: the id repeats")
        ids.add(feature["id"])
        properties = feature["properties"]
        demand(isinstance(properties["track_id"], int) and properties["track_id"] > 0, f"{where}: track_id")
        demand(properties["anomaly"] == properties["track_id"], f"{where}: anomaly")
        demand(properties["time"].endswith("Z") and "T" in properties["time"], f"{where}: time")
        # as TOS2CA's viewer needs it
        demand(properties["dateTime"].isdigit() and len(properties["dateTime"]) >= 12, f"{where}: dateTime")
        check_rings(feature["geometry"], where)
        check_shape(shapely.geometry.shape(feature["geometry"]), where)
        demand(len(feature["bbox"]) == 4, f"{where}: bbox")
    if collection["features"]:
        frame = geopandas.read_file(path)
        demand(len(frame) == len(collection["features"]), f"{path}: GeoPandas reads {len(frame)} features")
    return {feature["id"]: feature for feature in collection["features"]}


def check_tracks(path):
    geo = json.loads(pyarrow.parquet.read_metadata(path).metadata[b"geo"])
    demand(geo["version"] == "1.1.0" and geo["primary_column"] == "geometry", f"{path}: geo key {geo}")
    column = geo["columns"]["geometry"]
    demand(column["encoding"] == "WKB" and column["orientation"] == "counterclockwise", f"{path}: geo key {column}")
    schema = pyarrow.parquet.read_schema(path)
    demand(schema.field("area_km2").metadata[b"units"] == b"km2", f"{path}: no units of area_km2")
    demand(b"calendar" in schema.field("time").metadata, f"{path}: the time has no calendar")
    frame = geopandas.read_parquet(path)
    demand(frame.crs is not None and "CRS84" in frame.crs.to_string(), f"{path}: crs {frame.crs}")
    for row in frame.itertuples():
        where = f"{path.name}, track {row.track_id} at {row.time}"
        check_shape(row.geometry, where)
        check_rings(json.loads(shapely.to_geojson(row.geometry)), where)
    boxes = pyarrow.parquet.read_table(path).column("bbox").to_pylist()
    for box, shape in zip(boxes, frame.geometry):
        demand(tuple(box[k] for k in ("xmin", "ymin", "xmax", "ymax")) == shape.bounds, f"{path}: box {box}")
    if len(frame):
        bounds = list(frame.total_bounds)
        demand(all(math.isclose(a, b) for a, b in zip(bounds, column["bbox"])), f"{path}: bbox of the geo key")
        demand(set(frame.geom_type) == set(column["geometry_types"]), f"{path}: geometry_types of the geo key")
        half = geopandas.read_parquet(path, bbox=tuple(frame.geometry.iloc[0].bounds))
        demand(len(half) >= 1, f"{path}: nothing in the box of its first row")
    count, tracks = duckdb.connect().execute(f"select count(*), count(distinct track_id) from read_parquet('{path}')").fetchone()
    demand(count == len(frame), f"{path}: DuckDB reads {count} rows, GeoPandas {len(frame)}")
    return frame, tracks


def check_lineage(path, frame):
    links = pyarrow.parquet.read_table(path).to_pandas()
    known = set(zip(frame.track_id, frame.time.astype(str), frame.component))
    for link in links.itertuples():
        for end in ("parent", "child"):
            track = getattr(link, end)
            place = (track, str(getattr(link, f"{end}_time")), getattr(link, f"{end}_component"))
            demand(track == 0 or place in known, f"{path}: {end} {place} is not in the table of tracks")
        demand(link.relation in {"continuation", "merge", "split", "unused", "weak"}, f"{path}: {link.relation}")
        demand(link.relation != "continuation" or link.parent == link.child, f"{path}: {link}")
    counts = duckdb.connect().execute(f"select relation, count(*) from read_parquet('{path}') group by 1 order by 1").fetchall()
    demand(sum(n for _, n in counts) == len(links), f"{path}: DuckDB and pyarrow differ")
    return counts


def check_manifest(path):
    item = json.loads(path.read_text())
    demand(item["type"] == "Feature" and item["stac_version"] == "1.1.0", f"{path}: not a STAC 1.1 Item")
    properties = item["properties"]
    demand(properties["datetime"] is None, f"{path}: datetime must be null beside start and end")
    demand(properties["start_datetime"] <= properties["end_datetime"], f"{path}: start after end")
    check_rings(item["geometry"], str(path))
    check_shape(shapely.geometry.shape(item["geometry"]), str(path))
    for name, asset in item["assets"].items():
        file = path.parent / name
        data = file.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        demand(len(data) == asset["file:size"], f"{file}: {len(data)} bytes, the manifest says {asset['file:size']}")
        demand(asset["file:checksum"] == "1220" + digest, f"{file}: the checksum differs")
        demand(asset["eventscape:sha256"] == digest, f"{file}: the checksum differs")
        demand(asset["roles"] and asset["type"] and asset["href"].startswith("./"), f"{path}: asset {name}")
    demand(all(link["rel"] == "derived_from" and link["href"] for link in item["links"]), f"{path}: links")
    try:
        from pystac.validation.local_validator import get_local_schema_cache
    except ImportError:
        return len(item["assets"]), "its rules (pystac is not installed)"
    schemas = get_local_schema_cache()
    registry = referencing.Registry().with_resources(
        (uri, referencing.Resource.from_contents(schema)) for uri, schema in schemas.items()
    )
    schema = schemas["https://schemas.stacspec.org/v1.1.0/item-spec/json-schema/item.json"]
    for error in jsonschema.Draft7Validator(schema, registry=registry).iter_errors(item):
        fail(f"{path}: {error.json_path}: {error.message}")
    return len(item["assets"]), "the JSON schema of STAC 1.1"


def check_folder(folder):
    print(folder)
    features = {}
    for path in sorted(folder.glob("*.json")):
        if '"FeatureCollection"' in path.read_text()[:40]:
            features.update(check_geojson(path))
    print(f"  {len(features)} features: valid by RFC 7946 and GEOS")
    for path in folder.glob("*-Tracks.parquet"):
        frame, tracks = check_tracks(path)
        print(f"  {path.name}: {len(frame)} rows, {tracks} tracks: GeoPandas, pyarrow and DuckDB agree, all valid")
        if features:
            by_area = sum(shapely.geometry.shape(f["geometry"]).area for f in features.values())
            demand(math.isclose(by_area, shapely.area(frame.geometry.values).sum(), rel_tol=1e-9), "areas of table and GeoJSON differ")
        for lineage in folder.glob("*-Lineage.parquet"):
            print(f"  {lineage.name}: {dict(check_lineage(lineage, frame))}")
    for path in folder.glob("*-Manifest.json"):
        files, by = check_manifest(path)
        print(f"  {path.name}: {files} files, sizes and checksums right; valid by {by}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for argument in sys.argv[1:]:
        check_folder(Path(argument))
