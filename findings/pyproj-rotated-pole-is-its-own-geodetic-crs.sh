#!/bin/sh
# pyproj: the geodetic CRS of a rotated pole is the rotated pole itself.
#
# Version: pyproj 3.7.2 (PROJ 9.5.1), from PyPI.
# Expected: CRS.from_cf(mapping).geodetic_crs are true latitudes and longitudes for every grid mapping, as it is for projections; a transformer to it
#   gives the cells' positions.
# Behaviour: a rotated pole is a geographic CRS already (a derived one), so geodetic_crs is itself and the transformer gives the rotated
#   coordinates back, without a word. The true ones are those of source_crs.
# Output seen (2026-12-01):
#   geodetic_crs (10.0, 20.0)
#   source_crs   (44.97, 68.91)
# Fails if the two agree, which would mean that the behaviour has changed.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pyproj==3.7.2
"$folder/venv/bin/python" - <<'PYTHON'
from pyproj import CRS, Transformer

rotated = CRS.from_cf({"grid_mapping_name": "rotated_latitude_longitude", "grid_north_pole_latitude": 39.25, "grid_north_pole_longitude": -162.0})
found = {}
for name in ("geodetic_crs", "source_crs"):
    found[name] = Transformer.from_crs(rotated, getattr(rotated, name), always_xy=True).transform(10.0, 20.0)
    print(f"{name:12}", found[name])
assert found["geodetic_crs"] == (10.0, 20.0), "geodetic_crs is another one now"
assert abs(found["source_crs"][1] - 20.0) > 1, "source_crs is the rotated one"
PYTHON
