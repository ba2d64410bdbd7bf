#!/bin/sh
# netCDF-C: the time to write a group grows with the number of groups that are there already.
#
# Version: netCDF4-python 1.7.5.1 (netCDF-C 4.10.1, HDF5 2.2.0), from PyPI.
# Expected: netCDF-4 needs no define mode, so groups that are made and filled one after the other cost the same each.
# Behaviour: a group that is made and filled costs the more, the more groups the file has already. From 400 to 800 groups the time
#   in turn grows four times; where all groups are made first and filled afterwards, it grows two times.
# Output seen (2 cores, 2026-11-30):
#   netCDF-C 4.10.1 HDF5 2.2.0
#   200 groups: in turn 0.19 CPU s, in two passes 0.11 CPU s
#   400 groups: in turn 0.38 CPU s, in two passes 0.22 CPU s
#   800 groups: in turn 1.67 CPU s, in two passes 0.47 CPU s
# Fails if the groups in turn take less than twice the time of two passes, which would mean that the behaviour has changed.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet netCDF4==1.7.5.1.post1 numpy==2.4.6 cftime==1.6.6.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import time

import netCDF4
import numpy as np

VALUES = np.zeros(1000, np.int32)


def define(file, number):
    group = file.createGroup(f"time_{number:06d}")
    group.createDimension("cells", 1000)
    return group.createVariable("value", "i4", ("cells",))


def in_turn(file, count):
    for number in range(count):
        define(file, number)[:] = VALUES


def two_passes(file, count):
    for variable in [define(file, number) for number in range(count)]:
        variable[:] = VALUES


def seconds(write, count):
    start = time.process_time()
    with netCDF4.Dataset("groups.nc", "w") as file:
        write(file, count)
    return time.process_time() - start


print("netCDF-C", netCDF4.__netcdf4libversion__, "HDF5", netCDF4.__hdf5libversion__)
for count in (200, 400, 800):
    turn, two = seconds(in_turn, count), seconds(two_passes, count)
    print(f"{count} groups: in turn {turn:.2f} CPU s, in two passes {two:.2f} CPU s", flush=True)
if turn < 2 * two:
    raise SystemExit("the behaviour has changed: groups in turn cost about as much as in two passes")
PYTHON
