#!/bin/sh
# netCDF4-python: `v.valid_range = ...` is stored in the type of the variable, whatever type it is given in.
#
# Version: netCDF4-python 1.7.5.1, from PyPI.
# Expected: an attribute has the type of the array that is assigned. By the NetCDF Users' Guide the type of valid_range tells whether it is in packed or
#   in unpacked units, so float32 limits of packed int16 numbers are in unpacked units.
# Behaviour: assignment casts valid_range, valid_min and valid_max (not scale_factor and add_offset) to the variable's type: float32 150, 350 become
#   int16 150, 350, which are packed limits by the same rule. setncatts() keeps the type.
# Output seen (2026-12-01):
#   assigned  int16
#   setncatts float32
# Fails if both have the same type, which would mean that the behaviour has changed.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet netCDF4==1.7.5.1.post1
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from netCDF4 import Dataset

with Dataset("x.nc", "w") as file:
    file.createDimension("n", 1)
    limits = np.array([150, 350], "f4")
    assigned = file.createVariable("assigned", "i2", ("n",))
    assigned.valid_range = limits
    kept = file.createVariable("kept", "i2", ("n",))
    kept.setncatts({"valid_range": limits})
with Dataset("x.nc") as file:
    types = [file[name].getncattr("valid_range").dtype for name in ("assigned", "kept")]
print("assigned ", types[0])
print("setncatts", types[1])
assert types[0] == np.int16 and types[1] == np.float32, "the behaviour has changed"
PYTHON
