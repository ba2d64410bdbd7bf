"""Reads a file of one of the writers with netCDF4-python, xarray and h5netcdf, and prints what it holds.

    read_back.py flat|groups|ragged FILE

All values are read. The last column is the CRC-32 of all values in order: it must be the same for all writers of the same data.
"""

import sys
import time
import zlib

import netCDF4
import xarray as xr


def digest(variable, crc):
    variable.set_auto_maskandscale(False)
    # by the first dimension: a whole flat file takes 800 MB
    step = 1 if variable.ndim == 3 else variable.shape[0]
    for first in range(0, variable.shape[0], step):
        crc = zlib.crc32(variable[first : first + step].tobytes(), crc)
    return crc


def opened(path, group=None):
    words = []
    for engine in ("netcdf4", "h5netcdf"):
        start = time.process_time()
        try:
            with xr.open_dataset(path, engine=engine, group=group, decode_times=True) as data:
                sizes = "x".join(f"{name}={size}" for name, size in data.sizes.items())
                words.append(f"xarray/{engine}: {sizes} {','.join(data.variables)} {time.process_time() - start:.2f} s")
        except Exception as error:  # whatever a reader says of a file is the result
            words.append(f"xarray/{engine}: {type(error).__name__}: {str(error)[:120]}")
    return "; ".join(words)


def main():
    kind, path = sys.argv[1:3]
    start = time.process_time()
    crc, group, names = 0, None, []
    with netCDF4.Dataset(path) as file:
        dimensions = {name: len(dim) for name, dim in file.dimensions.items()}
        if kind == "groups":
            names = list(file.groups)
            dimensions["groups"] = len(names)
            dimensions |= {name: len(dim) for name, dim in file.groups[names[-1]].dimensions.items()}
            group = names[-1]
            for name in sorted(names):
                for variable in ("mask_indices", "data_values"):
                    crc = digest(file.groups[name].variables[variable], crc)
        else:
            crc = digest(file.variables["event_id" if kind == "flat" else "value"], crc)
        in_order = names == sorted(names)
    seconds = time.process_time() - start
    print(f"netCDF4: {dimensions}, groups in order: {in_order}, {seconds:.1f} s, crc {crc:08x}; {opened(path, group)}")


if __name__ == "__main__":
    main()
